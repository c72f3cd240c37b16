#include "io/pages.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/checked.h"
#include "base/text.h"

namespace larder::internal {

namespace {

constexpr std::size_t smallest_mapped = std::size_t{1} << 20;
constexpr std::size_t huge_page = std::size_t{2} << 20;
constexpr std::size_t alignment = 64;

[[noreturn]] void fail_no_memory(std::size_t size) {
  fail(ErrorKind::limit, "cannot allocate ", size, " bytes: the system has not that much memory");
}

bool is_mapped(std::size_t size) { return size >= smallest_mapped; }

// Address space of `size` bytes that begins where a huge page may.
std::byte* map_aligned(std::size_t size, int protection) {
  const auto wide = checked_add(size, huge_page);
  if (!wide) fail_no_memory(size);
  void* const mapped = ::mmap(nullptr, *wide, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) fail_no_memory(size);
  auto* const start = static_cast<std::byte*>(mapped);
  const std::size_t before = (huge_page - reinterpret_cast<std::uintptr_t>(start) % huge_page) % huge_page;
  // Giving back what is too much cannot fail but for a full table of mappings, and then it only costs address space.
  if (before != 0) static_cast<void>(::munmap(start, before));
  static_cast<void>(::munmap(start + before + size, *wide - before - size));
  return start + before;
}

// Mapped sizes are whole pages, so that they can be unmapped and moved piece by piece.
std::size_t whole_pages(std::size_t size) {
  constexpr std::size_t page = std::size_t{64} << 10;  // the largest of any Linux
  const auto rounded = checked_add(size, page - 1);
  if (!rounded) fail_no_memory(size);
  return *rounded / page * page;
}

// A wish: systems without huge pages refuse it, and everything but the speed stays the same.
void wish_for_huge_pages(std::byte* data, std::size_t size) { static_cast<void>(::madvise(data, size, MADV_HUGEPAGE)); }

std::byte* allocate(std::size_t size) {
  if (is_mapped(size)) {
    std::byte* const data = map_aligned(size, PROT_READ | PROT_WRITE);
    wish_for_huge_pages(data, size);
    return data;
  }
  void* const memory = std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (memory == nullptr) fail_no_memory(size);
  std::memset(memory, 0, size);
  return static_cast<std::byte*>(memory);
}

void release(std::byte* data, std::size_t size) {
  if (data == nullptr) return;
  if (is_mapped(size))
    static_cast<void>(::munmap(data, size));
  else
    std::free(data);
}

}  // namespace

Pages::Pages(std::size_t size) : size_(is_mapped(size) ? whole_pages(size) : size) { data_ = allocate(size_); }

Pages::~Pages() { release(data_, size_); }

Pages::Pages(Pages&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Pages& Pages::operator=(Pages&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

void Pages::grow(std::size_t size) {
  if (size <= size_) return;
  if (!is_mapped(size_)) {
    Pages larger(size);
    if (size_ != 0) std::memcpy(larger.data_, data_, size_);  // of no pages there is no address
    std::swap(*this, larger);
    return;
  }
  const std::size_t wanted = whole_pages(size);
  if (::mremap(data_, size_, wanted, 0) == MAP_FAILED) {
    // Moved to where huge pages stay whole.
    std::byte* const place = map_aligned(wanted, PROT_NONE);
    if (::mremap(data_, size_, wanted, MREMAP_MAYMOVE | MREMAP_FIXED, place) == MAP_FAILED) {
      static_cast<void>(::munmap(place, wanted));
      fail_no_memory(size);
    }
    data_ = place;
  }
  size_ = wanted;
}

}  // namespace larder::internal
