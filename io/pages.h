// Memory that grows in place.
#pragma once

#include <cstddef>

#include <larder/bytes.h>

namespace larder::internal {

// Zeroed memory, aligned to 64. Movable; gone with its owner. Not thread-safe.
//
// Large ones are pages of their own, huge where the system grants them: they occupy memory only when first touched, and
// grow by being mapped elsewhere, which copies nothing.
class Pages {
 public:
  Pages() = default;  // none
  // Error `limit` where the system has not that much memory.
  explicit Pages(std::size_t size);
  ~Pages();
  Pages(Pages&& other) noexcept;
  Pages& operator=(Pages&& other) noexcept;

  std::byte* data() const noexcept { return data_; }
  std::size_t size() const noexcept { return size_; }

  // Makes it at least as large as before. The content stays, though often at another address; what is new is zero.
  // Error `limit` as above; then nothing changes.
  void grow(std::size_t size);

 private:
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace larder::internal
