#include <larder/limits.h>

#include <limits>

#include <unistd.h>

namespace larder {
namespace {

std::uint64_t ask_for_memory() noexcept {
  const long pages = ::sysconf(_SC_PHYS_PAGES);
  const long page_size = ::sysconf(_SC_PAGE_SIZE);
  if (pages <= 0 || page_size <= 0) return std::numeric_limits<std::uint64_t>::max();
  return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_size);
}

}  // namespace

std::uint64_t physical_memory() noexcept {
  static const std::uint64_t size = ask_for_memory();  // once: it takes as long as compressing a small value
  return size;
}

}  // namespace larder
