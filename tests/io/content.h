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

}  // namespace larder::testing
