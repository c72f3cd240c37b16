#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include <larder/bytes.h>

#include "base/checked.h"
#include "base/text.h"
#include "io/descriptor.h"
#include "io/publication.h"
#include "io/retried.h"

namespace larder {

using internal::Descriptor;
using internal::fail;
using internal::fail_os;
using internal::join;

namespace {

std::size_t page_size() {
  static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

void require_mode(MapMode mode, std::string_view name) {
  if (mode == MapMode::none || mode == MapMode::create) {
    fail(ErrorKind::usage, name, ": cannot map in this mode, possible are read, read_write and copy_on_write");
  }
}

Descriptor open_to_map(const Path& path, MapMode mode) {
  require_mode(mode, path.native());
  // O_NONBLOCK: a FIFO is to be refused, not waited for.
  return internal::open_descriptor(path, O_NONBLOCK | (mode == MapMode::read_write ? O_RDWR : O_RDONLY));
}

std::uint64_t size_of_regular(int descriptor, std::string_view name) {
  const struct stat status = internal::status_of(descriptor, name);
  if (!S_ISREG(status.st_mode)) fail(ErrorKind::usage, name, ": only a regular file can be mapped");
  return static_cast<std::uint64_t>(status.st_size);
}

// The range must be inside the file.
Region map_range(int descriptor, MapMode mode, std::uint64_t offset, std::uint64_t size, std::string_view name) {
  const bool writable = mode != MapMode::read;
  if (size == 0) return writable ? Region::adopt(nullptr, MutableBytes(), true) : Region::adopt(nullptr, Bytes(), true);
  const std::size_t ahead = offset % page_size();
  const auto wanted = internal::checked_cast<std::size_t>(size);
  const auto length = wanted ? internal::checked_add(*wanted, ahead) : std::nullopt;
  if (!length) fail(ErrorKind::limit, name, ": ", size, " bytes are more than this machine can map");
  const int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
  const int sharing = mode == MapMode::copy_on_write ? MAP_PRIVATE | MAP_NORESERVE : MAP_SHARED;
  void* start = ::mmap(nullptr, *length, protection, sharing, descriptor, static_cast<off_t>(offset - ahead));
  if (start == MAP_FAILED) fail_os(errno, "map", name);
  std::shared_ptr<std::byte> keeper(static_cast<std::byte*>(start),
                                    [whole = *length](std::byte* pages) { ::munmap(pages, whole); });
  const MutableBytes bytes(keeper.get() + ahead, *wanted);
  return writable ? Region::adopt(std::move(keeper), bytes, true)
                  : Region::adopt(std::move(keeper), Bytes(bytes), true);
}

}  // namespace

MapMode parse_map_mode(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, MapMode>, 10> names = {{
      {"", MapMode::none},
      {"none", MapMode::none},
      {"r", MapMode::read},
      {"readonly", MapMode::read},
      {"r+", MapMode::read_write},
      {"readwrite", MapMode::read_write},
      {"w+", MapMode::create},
      {"write", MapMode::create},
      {"c", MapMode::copy_on_write},
      {"copyonwrite", MapMode::copy_on_write},
  }};
  for (const auto& [name, mode] : names) {
    if (name == text) return mode;
  }
  fail(ErrorKind::usage, "unknown mmap mode ", internal::quoted(text),
       ", possible are r, r+, w+, c, readonly, readwrite, write, copyonwrite and none");
}

Region map_file(const Path& path, MapMode mode, std::uint64_t offset, std::uint64_t size) {
  const Descriptor file = open_to_map(path, mode);
  const std::uint64_t whole = size_of_regular(file.number(), path.native());
  if (offset > whole || size > whole - offset) {
    throw Error(ErrorKind::truncated,
                join("the mapping needs ", size, " bytes, ", whole - std::min(offset, whole), " are there"))
        .at(join("byte ", offset, " of ", path.native()));
  }
  return map_range(file.number(), mode, offset, size, path.native());
}

Region map_file(const Path& path, MapMode mode) {
  return internal::map_descriptor(open_to_map(path, mode).number(), mode, path.native());
}

Region internal::map_descriptor(int descriptor, MapMode mode, std::string_view name) {
  require_mode(mode, name);
  return map_range(descriptor, mode, 0, size_of_regular(descriptor, name), name);
}

void internal::take_space(int descriptor, std::uint64_t size, std::string_view name) {
  const auto length = checked_cast<off_t>(size);
  if (!length) fail_os(EFBIG, "create", name);
  if (*length == 0) return;
  if (retried([&] { return ::fallocate(descriptor, 0, 0, *length); }) == 0) return;
  if (errno != EOPNOTSUPP) fail_os(errno, "take space for", name);
  if (::ftruncate(descriptor, *length) != 0) fail_os(errno, "extend", name);
}

Region create_mapped_file(const Path& path, std::uint64_t size) {
  internal::Target target = internal::find_target(path);
  if (target.direct) fail(ErrorKind::usage, path.native(), ": only a regular file can be mapped");
  internal::Publication publication(std::move(target));
  internal::take_space(publication.descriptor(), size, path.native());
  Region region = map_range(publication.descriptor(), MapMode::read_write, 0, size, path.native());
  publication.publish(Sync::full);
  return region;
}

void sync(const Region& region) {
  if (!region.mapped()) fail(ErrorKind::usage, "cannot sync ", region.size(), " bytes that are not mapped from a file");
  if (region.empty()) return;
  const std::size_t ahead = reinterpret_cast<std::uintptr_t>(region.data()) % page_size();
  auto* start = const_cast<std::byte*>(region.data() - ahead);
  if (::msync(start, region.size() + ahead, MS_SYNC) != 0) fail_os(errno, "sync", "a mapped file");
}

}  // namespace larder
