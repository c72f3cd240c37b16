// The first bytes of a frame, which are judged before a library sees them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#include <larder/bytes.h>

namespace larder::internal {

// Gathers `length` bytes from pieces of any size.
template <std::size_t length>
class FrameHead {
 public:
  bool complete() const noexcept { return held_ == length; }
  Bytes bytes() const noexcept { return Bytes(bytes_).first(held_); }
  void clear() noexcept { held_ = 0; }

  // Takes what is missing from the front of `in`; returns how many bytes that is.
  std::size_t gather(Bytes in) noexcept {
    const std::size_t taken = std::min(in.size(), length - held_);
    std::copy_n(in.begin(), taken, bytes_.begin() + static_cast<std::ptrdiff_t>(held_));
    held_ += taken;
    return taken;
  }

 private:
  std::array<std::byte, length> bytes_{};
  std::size_t held_ = 0;
};

}  // namespace larder::internal
