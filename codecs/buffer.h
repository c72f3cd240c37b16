// Memory for what a library writes: not initialised, kept to be used again.
#pragma once

#include <cstddef>
#include <memory>

#include <larder/bytes.h>

namespace larder::internal {

class Buffer {
 public:
  // Room for `size` bytes. Their content is unspecified where there was less room before, else what it was.
  MutableBytes room(std::size_t size) {
    if (capacity_ < size) {
      capacity_ = 0;
      memory_ = std::make_unique_for_overwrite<std::byte[]>(size);
      capacity_ = size;
    }
    return {memory_.get(), size};
  }

  std::size_t size() const noexcept { return capacity_; }

  // The first `size` bytes, which were asked for before.
  Bytes first(std::size_t size) const noexcept { return {memory_.get(), size}; }

 private:
  std::unique_ptr<std::byte[]> memory_;
  std::size_t capacity_ = 0;
};

}  // namespace larder::internal
