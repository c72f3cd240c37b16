// Memory that is handed out piece by piece and freed at once.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <new>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include <larder/bytes.h>

#include "io/pages.h"

namespace larder::internal {

// Not thread-safe, but for `size`. Pieces are aligned to 8 and live as long as the Arena, except arrays that are grown
// or dropped. No destructor of what lives here is ever run.
class Arena {
 public:
  // most: bytes that may be taken in all (Error `limit` beyond).
  explicit Arena(std::uint64_t most) : most_(most) {}

  std::byte* allocate(std::size_t size) {
    size = (size + 7) & ~std::size_t{7};
    if (size > static_cast<std::size_t>(end_ - next_)) return allocate_elsewhere(size);
    return std::exchange(next_, next_ + size);
  }

  // An object of T, which needs no destructor.
  template <class T, class... Arguments>
  T* make(Arguments&&... arguments) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= 8);
    return new (allocate(sizeof(T))) T{std::forward<Arguments>(arguments)...};
  }

  // Room for `count` objects of T, uninitialised.
  template <class T>
  T* make_array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= 8);
    return reinterpret_cast<T*>(allocate(checked_size(count, sizeof(T))));
  }

  // Room for `count` objects of T that begins with the `old_count` ones, not more, that there is room for at `old`
  // (null for none). Large arrays do not leave their old room behind, and mostly are not even copied. `old` is gone
  // afterwards; where this throws it stays.
  template <class T>
  T* grow_array(T* old, std::size_t old_count, std::size_t count) {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= 8);
    return reinterpret_cast<T*>(
        grow_bytes(reinterpret_cast<std::byte*>(old), old_count * sizeof(T), checked_size(count, sizeof(T))));
  }

  // `count` objects of T, all bytes zero.
  template <class T>
  T* make_zeroed(std::size_t count) {
    static_assert(std::is_trivially_copyable_v<T> && alignof(T) <= 8);
    return reinterpret_cast<T*>(zeroed_bytes(checked_size(count, sizeof(T))));
  }

  // Gives up an array from grow_array or make_zeroed (or null): a large one is freed.
  void drop_array(const void* array) noexcept;

  // A copy of the bytes; never the same address twice, also for no bytes.
  const std::byte* copy(Bytes bytes);

  // Keeps `region` alive as long as the Arena and counts its bytes.
  Bytes keep(Region region);

  // Keeps `region`, whose memory is somebody else's, alive as long as the Arena, without counting its bytes.
  Bytes hold(Region region);

  // An owner of bytes that live in the arena, which outlives it; of a region that it holds, from the beginning on.
  Region share(Bytes bytes) const;

  // Bytes taken from the system. Thread-safe.
  std::uint64_t size() const noexcept { return size_.load(std::memory_order_relaxed); }

  // Error `limit` where `more` bytes would not be allowed.
  void require(std::uint64_t more) const;

  // Readers that change what lives here (they settle a dict, see keyed.h) hold this while they do.
  std::mutex& readers() noexcept { return readers_; }

 private:
  static std::size_t checked_size(std::size_t count, std::size_t item);
  std::byte* allocate_elsewhere(std::size_t size);
  std::byte* grow_bytes(std::byte* old, std::size_t old_size, std::size_t size);
  std::byte* zeroed_bytes(std::size_t size);
  std::byte* own_pages(std::size_t size);
  void count(std::uint64_t more) noexcept { size_.store(size() + more, std::memory_order_relaxed); }
  void discount(std::uint64_t less) noexcept { size_.store(size() - less, std::memory_order_relaxed); }

  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
  std::atomic<std::uint64_t> size_ = 0;
  std::uint64_t most_;
  std::vector<Region> blocks_;
  std::multimap<const std::byte*, Region> held_;  // by address: a file may have very many, and use each very often
  std::unordered_map<const void*, Pages> large_;  // arrays in pages of their own, by address
  std::mutex readers_;
};

}  // namespace larder::internal
