// Memory that is handed out piece by piece and freed at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include <larder/bytes.h>

namespace larder::internal {

// Not thread-safe. Pieces are aligned to 8 and live as long as the Arena. No destructor of what lives here is ever run.
class Arena {
 public:
  // most: bytes that may be taken in all (Error `limit` beyond).
  explicit Arena(std::uint64_t most) : most_(most) {}

  std::byte* allocate(std::size_t size) {
    size = (size + 7) & ~std::size_t{7};
    if (size > static_cast<std::size_t>(end_ - next_)) grow(size);
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

  // A copy of the bytes; never the same address twice, also for no bytes.
  const std::byte* copy(Bytes bytes);

  // Keeps `region` alive as long as the Arena and counts its bytes.
  Bytes keep(Region region);

  // Bytes taken from the system.
  std::uint64_t size() const noexcept { return size_; }

  // Error `limit` where `more` bytes would not be allowed.
  void require(std::uint64_t more) const;

 private:
  static std::size_t checked_size(std::size_t count, std::size_t item);
  void grow(std::size_t size);

  std::byte* next_ = nullptr;
  std::byte* end_ = nullptr;
  std::uint64_t size_ = 0;
  std::uint64_t most_;
  std::vector<Region> blocks_;
};

}  // namespace larder::internal
