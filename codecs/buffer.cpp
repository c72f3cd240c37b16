#include "codecs/buffer.h"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <vector>

namespace larder::internal {

namespace {

constexpr std::size_t least_in_pages = std::size_t{128} << 10;
constexpr std::size_t least_pages = std::size_t{1} << 20;
constexpr std::size_t step = std::size_t{256} << 10;
constexpr std::size_t most_idle = std::size_t{32} << 20;

// Memory of the heap is exactly as large as was asked for, so that address sanitizers see who goes beyond it.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool uses_pages = false;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool uses_pages = false;
#else
constexpr bool uses_pages = true;
#endif
#else
constexpr bool uses_pages = true;
#endif

bool is_in_pages(std::size_t size) noexcept { return uses_pages && size >= least_in_pages; }

// Pages that nobody uses. Thread-safe.
class IdlePages {
 public:
  // Never destroyed: there may be Buffers that are destroyed later.
  static IdlePages& of_process() {
    static auto& idle = *new IdlePages;
    return idle;
  }

  IdlePages() { idle_.reserve(most_idle / least_pages); }  // as much as there ever is

  // At least `size` bytes.
  Pages take(std::size_t size) {
    const std::size_t rounded = std::max((size + step - 1) / step * step, least_pages);
    const std::lock_guard lock(mutex_);
    // The last one first, as it is the likeliest to be in the cache of the processor.
    const auto fits = [&](const Pages& pages) { return pages.size() >= rounded && pages.size() / 2 <= rounded; };
    const auto found = std::ranges::find_if(idle_.rbegin(), idle_.rend(), fits);
    if (found == idle_.rend()) return Pages(rounded);
    Pages pages = std::move(*found);
    size_ -= pages.size();
    idle_.erase(std::prev(found.base()));
    return pages;
  }

  void keep(Pages pages) noexcept {
    const std::lock_guard lock(mutex_);
    if (pages.size() > most_idle - size_) return;
    size_ += pages.size();
    idle_.push_back(std::move(pages));
  }

 private:
  std::mutex mutex_;
  std::vector<Pages> idle_;
  std::size_t size_ = 0;  // of all of them
};

}  // namespace

Buffer::~Buffer() {
  if (pages_.size() != 0) IdlePages::of_process().keep(std::move(pages_));
}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  std::swap(pages_, other.pages_);
  std::swap(heap_, other.heap_);
  std::swap(heap_size_, other.heap_size_);
  return *this;
}

MutableBytes Buffer::room(std::size_t size, std::size_t held) {
  if (this->size() < size) {
    Buffer larger;
    if (is_in_pages(size)) {
      larger.pages_ = IdlePages::of_process().take(size);
    } else {
      larger.heap_ = std::make_unique_for_overwrite<std::byte[]>(size);
      larger.heap_size_ = size;
    }
    if (held != 0) std::memcpy(larger.data(), data(), held);
    *this = std::move(larger);
  }
  return {data(), size};
}

void ByteSequence::append(Bytes bytes) {
  if (bytes.empty()) return;
  const std::size_t size = size_ + bytes.size();
  // Twice as large at least when it moves, so that many small pieces are not moved for each.
  const std::size_t wanted = size <= memory_.size() ? size : std::max(size, 2 * memory_.size());
  std::memcpy(memory_.room(wanted, size_).data() + size_, bytes.data(), bytes.size());
  size_ = size;
}

}  // namespace larder::internal
