// The list of the move-to-front step: all bytes, those that were seen last at the front.
//
// Most places are small. The first eight bytes are kept in one word, in which finding and moving are a few operations.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>

namespace larder::internal::bz2 {

class FrontList {
 public:
  // `order` holds each byte once.
  explicit FrontList(std::span<const std::uint8_t, 256> order) noexcept {
    std::memcpy(rest_.data(), order.data(), order.size());
    for (unsigned place = head_size; place-- > 0;) head_ = head_ << 8 | order[place];
  }

  std::uint8_t front() const noexcept { return static_cast<std::uint8_t>(head_); }

  // Moves a byte, which is not at the front, there. Returns its place before.
  unsigned find(std::uint8_t byte) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101;
    const std::uint64_t difference = head_ ^ (ones * byte);
    const std::uint64_t zeros = (difference - ones) & ~difference & (ones << 7);  // the lowest is exact
    if (zeros != 0) {
      const unsigned shift = static_cast<unsigned>(std::countr_zero(zeros)) & ~7U;
      move_in_head(byte, shift);
      return shift / 8;
    }
    const auto* const at = static_cast<const std::uint8_t*>(std::memchr(&rest_[head_size], byte, 256 - head_size));
    const unsigned place = static_cast<unsigned>(at - rest_.data());
    move_from_rest(byte, place);
    return place;
  }

  // Moves the byte at `place`, from 1 to 255, to the front, and returns it.
  std::uint8_t take(unsigned place) noexcept {
    if (place < head_size) {
      const unsigned shift = place * 8;
      const auto byte = static_cast<std::uint8_t>(head_ >> shift);
      move_in_head(byte, shift);
      return byte;
    }
    const std::uint8_t byte = rest_[place];
    move_from_rest(byte, place);
    return byte;
  }

 private:
  static constexpr unsigned head_size = 8;

  void move_in_head(std::uint8_t byte, unsigned shift) noexcept {
    const std::uint64_t before = (std::uint64_t{1} << shift) - 1;
    const std::uint64_t behind = ~(before << 8 | 0xff);
    head_ = (head_ & behind) | (head_ & before) << 8 | byte;
  }

  void move_from_rest(std::uint8_t byte, unsigned place) noexcept {
    std::memmove(&rest_[head_size + 1], &rest_[head_size], place - head_size);
    rest_[head_size] = static_cast<std::uint8_t>(head_ >> 56);
    head_ = head_ << 8 | byte;
  }

  std::uint64_t head_ = 0;                // the front is its lowest byte
  std::array<std::uint8_t, 256> rest_{};  // from head_size on
};

}  // namespace larder::internal::bz2
