// File descriptors: an owner, and system calls that retry and report.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include <larder/bytes.h>
#include <larder/reader.h>
#include <larder/writer.h>

namespace larder::internal {

// Owns a file descriptor. Not thread-safe.
class Descriptor {
 public:
  explicit Descriptor(int number) noexcept : number_(number) {}
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }

  int number() const noexcept { return number_; }
  // Somebody else closes it.
  int release() noexcept { return std::exchange(number_, -1); }

  // Closes and reports what the system says about earlier writes: Error `io`. Never repeated, whatever it says.
  void close(std::string_view name);

 private:
  int number_;
};

// Opens `path` with open(2)'s flags; O_CLOEXEC and O_NOCTTY are added. Errors `not_found`, `io`, `usage` (a directory,
// to write).
Descriptor open_descriptor(const Path& path, int flags);

// fstat, or Error `io`.
struct stat status_of(int descriptor, std::string_view name);

// Throws `usage`: a directory is not a place for bytes.
[[noreturn]] void fail_directory(std::string_view name);

// Waits until poll(2) reports `events` (or an error, which the next call will find). Error `io`.
void wait_until_ready(int descriptor, short events, std::string_view name);

// Between 1 and out.size() bytes (out is not empty), 0 at the end. Waits where the descriptor does not block. Error
// `io`.
std::size_t read_some(int descriptor, MutableBytes out, std::string_view name);
// The same at an offset of a regular file, leaving its position alone.
std::size_t read_some_at(int descriptor, std::uint64_t offset, MutableBytes out, std::string_view name);
// Fills `out` from there, and says how much of it: less only at the end of the file. Error `io`.
std::size_t read_all_at(int descriptor, std::uint64_t offset, MutableBytes out, std::string_view name);

// Writes all bytes, waiting where the descriptor does not block. Error `io`.
void write_all(int descriptor, Bytes bytes, std::string_view name);

// Maps a whole regular file; `map_file` says how, and what is refused. The descriptor must be open for what the mode
// needs.
Region map_descriptor(int descriptor, MapMode mode, std::string_view name);

// Makes a file of `size` zero bytes of an empty one, and takes their space at once where the file system can, so that a
// full disk is Error `io` here, and not a SIGBUS at the first touch of a mapping.
void take_space(int descriptor, std::uint64_t size, std::string_view name);

// A Reader like that of `fd_reader`, which closes the descriptor in the end.
std::unique_ptr<Reader> owning_reader(Descriptor descriptor, std::string name);

// A Writer like that of `fd_writer`, but finish() closes the descriptor.
std::unique_ptr<Writer> owning_writer(Descriptor descriptor, std::string name);

}  // namespace larder::internal
