// Bytes to write and read, and plain ways to get them into and out of files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <larder/bytes.h>
#include <larder/reader.h>

namespace larder::testing {

using Content = std::vector<std::byte>;

// `size` bytes without short repetitions, always the same.
Content pattern(std::size_t size);

bool equal(Bytes a, Bytes b);

// What the reader still has, read in pieces of `piece` bytes.
Content read_all(Reader& reader, std::size_t piece = 100'000);

// Written and read without larder.
void put_file(const Path& path, Bytes content);
Content file_content(const Path& path);

// Number of entries in a directory.
std::size_t entries(const Path& directory);

// Runs `body` in a child process, for what would change this one, and tells whether it returned true; a child that
// throws or dies did not.
template <class Body>
bool true_in_child(Body body);

}  // namespace larder::testing

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

template <class Body>
bool larder::testing::true_in_child(Body body) {
  const pid_t child = ::fork();
  if (child == 0) {
    bool result = false;
    try {
      result = body();
    } catch (const std::exception& error) {
      std::fprintf(stderr, "in the child process: %s\n", error.what());
    }
    ::_exit(result ? 0 : 1);
  }
  int status = 0;
  return child > 0 && ::waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
