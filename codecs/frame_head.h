// The first bytes of a frame, which are judged before a library sees them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include <larder/bytes.h>

namespace larder::internal {

// Gathers up to `capacity` bytes from pieces of any size.
template <std::size_t capacity>
class FrameHead {
 public:
  bool holds(std::size_t length) const noexcept { return held_ >= length; }
  Bytes bytes() const noexcept { return Bytes(bytes_).first(held_); }
  void clear() noexcept { held_ = 0; }

  // Takes from the front of `in` what is missing to `length` bytes, at most `capacity`; returns how many that is.
  std::size_t gather(Bytes in, std::size_t length) noexcept {
    const std::size_t taken = std::min(in.size(), length - held_);
    std::copy_n(in.begin(), taken, bytes_.begin() + static_cast<std::ptrdiff_t>(held_));
    held_ += taken;
    return taken;
  }

 private:
  std::array<std::byte, capacity> bytes_{};
  std::size_t held_ = 0;
};

}  // namespace larder::internal
