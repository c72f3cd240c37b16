#include "io/zero_pages.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

#include "base/checked.h"
#include "base/text.h"

namespace larder::internal {

namespace {

constexpr std::size_t chunk_size = std::size_t{64} << 20;
constexpr std::size_t alignment = 64;

[[noreturn]] void fail_no_room(std::uint64_t size) {
  fail(ErrorKind::limit, "cannot set ", size, " bytes of address space aside: the system has not that much");
}

// Read-only pages: writable ones would count as used memory where the system does not overcommit.
Region map_zeros(std::uint64_t size) {
  const auto length = checked_cast<std::ptrdiff_t>(size);
  if (!length) fail_no_room(size);
  const auto whole = static_cast<std::size_t>(*length);
  void* const start = ::mmap(nullptr, whole, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) fail_no_room(size);
  std::shared_ptr<std::byte> keeper(static_cast<std::byte*>(start),
                                    [whole](std::byte* pages) { static_cast<void>(::munmap(pages, whole)); });
  const MutableBytes bytes(keeper.get(), whole);
  return Region::adopt(std::move(keeper), bytes);
}

}  // namespace

Region ZeroPages::take(std::uint64_t size) {
  if (size >= chunk_size) return map_zeros(size);
  if (size > chunk_.size() - used_) {
    chunk_ = map_zeros(chunk_size);
    used_ = 0;
  }
  Region zeros = chunk_.slice(used_, static_cast<std::size_t>(size));
  used_ += std::min(chunk_.size() - used_, (zeros.size() + alignment - 1) / alignment * alignment);
  return zeros;
}

void ZeroPages::open(const Region& zeros) {
  if (zeros.empty()) return;
  static const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const std::size_t ahead = reinterpret_cast<std::uintptr_t>(zeros.data()) % page;
  auto* const start = const_cast<std::byte*>(zeros.data()) - ahead;
  const std::size_t size = zeros.size() + ahead;
  if (::mprotect(start, size, PROT_READ | PROT_WRITE) != 0)
    fail(ErrorKind::limit, "cannot allocate ", zeros.size(), " bytes: the system has not that much memory");
  // A wish: where it is refused, filling them takes a little longer.
  static_cast<void>(::madvise(start, size, MADV_HUGEPAGE));
}

}  // namespace larder::internal
