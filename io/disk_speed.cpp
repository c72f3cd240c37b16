#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <random>

#include <larder/measure.h>

#include "base/text.h"
#include "io/descriptor.h"

namespace larder {

namespace {

using internal::Descriptor;
using internal::fail;
using internal::fail_os;

// Bytes that no disk makes smaller.
Region noise(std::size_t size) {
  Region region = Region::allocate(size);
  std::mt19937_64 next(1);
  for (std::byte& each : region.mutable_bytes()) each = static_cast<std::byte>(next());
  return region;
}

Descriptor nameless_file(const Path& directory) {
  Descriptor file(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (file.number() >= 0) return file;
  if (errno == EOPNOTSUPP || errno == EISDIR)
    fail(ErrorKind::unsupported, "the disk of ", directory.string(), " cannot be measured: it has no nameless files");
  fail_os(errno, "create a file in", directory.string());
}

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Disk measure_disk(const Path& directory, std::uint64_t size) {
  const std::string name = directory.string();
  const Descriptor file = nameless_file(directory);
  const Region piece = noise(std::size_t{4} << 20);
  const std::uint64_t pieces = std::max<std::uint64_t>(size / piece.size(), 1);
  const auto total = static_cast<double>(pieces * piece.size());
  Disk disk;
  disk.write = total / seconds_of([&] {
                 for (std::uint64_t i = 0; i < pieces; ++i) internal::write_all(file.number(), piece.bytes(), name);
                 if (::fsync(file.number()) != 0) fail_os(errno, "sync a file in", name);
               });
  // A hint: where the system keeps the pages, memory's speed is measured, which is then what reading a new file takes.
  static_cast<void>(::posix_fadvise(file.number(), 0, 0, POSIX_FADV_DONTNEED));
  const MutableBytes buffer = piece.mutable_bytes();
  disk.read = total / seconds_of([&] {
                std::uint64_t offset = 0;
                while (const std::size_t count = internal::read_some_at(file.number(), offset, buffer, name))
                  offset += count;
              });
  return disk;
}

}  // namespace larder
