// Numbers of some bits, the highest bit first.
#pragma once

#include <cstddef>
#include <cstdint>

#include <larder/bytes.h>

#include "base/byte_order.h"

namespace larder::internal::bz2 {

// Writes into memory that has room for all that will be written and `slack` bytes more.
class BitWriter {
 public:
  static constexpr std::size_t slack = 8;

  explicit BitWriter(std::byte* to) noexcept : start_(to), to_(to) {}

  // Between two flushes at most 57 bits in all. `value` has no other bits.
  void add(std::uint64_t value, unsigned bits) noexcept {
    count_ += bits;
    pending_ |= value << (64 - count_);
  }

  void flush() noexcept {
    store_be(to_, pending_);
    const unsigned whole = count_ / 8;
    to_ += whole;
    pending_ = whole == 8 ? 0 : pending_ << (8 * whole);
    count_ %= 8;
  }

  void put(std::uint64_t value, unsigned bits) noexcept {
    add(value, bits);
    flush();
  }

  // Bits so far; flushed before.
  std::size_t size() const noexcept { return static_cast<std::size_t>(to_ - start_) * 8 + count_; }

 private:
  std::byte* start_;
  std::byte* to_;
  std::uint64_t pending_ = 0;  // from the highest bit on
  unsigned count_ = 0;
};

// Reads; behind the end there are zeros, and `position` tells that they were used.
class BitReader {
 public:
  BitReader(Bytes bytes, std::size_t first_bit) noexcept
      : start_(bytes.data()), at_(bytes.data() + first_bit / 8), end_(bytes.data() + bytes.size()) {
    refill();
    skip(static_cast<unsigned>(first_bit % 8));
  }

  // Makes at least 56 bits ready.
  void refill() noexcept {
    if (end_ - at_ >= 8) {
      ready_ |= load_be<std::uint64_t>(at_) >> count_;
      at_ += (63 - count_) / 8;
      count_ |= 56;
      return;
    }
    for (; count_ < 56; count_ += 8) {
      if (at_ == end_)
        ++beyond_;
      else
        ready_ |= std::to_integer<std::uint64_t>(*at_++) << (56 - count_);
    }
  }

  // Of the bits that are ready: the next ones, 1 to 56; and passing over some.
  std::uint32_t peek(unsigned bits) const noexcept { return static_cast<std::uint32_t>(ready_ >> (64 - bits)); }
  void skip(unsigned bits) noexcept {
    ready_ <<= bits;
    count_ -= bits;
  }

  // From the highest bit on.
  std::uint64_t ready() const noexcept { return ready_; }

  // At most 32 bits.
  std::uint32_t take(unsigned bits) noexcept {
    refill();
    const std::uint32_t value = peek(bits);
    skip(bits);
    return value;
  }

  // Whether bits were used that are not there. True at the latest some bytes after it happened.
  bool is_beyond_end() const noexcept { return beyond_ > 8; }

  // In bits, from the start of the bytes.
  std::size_t position() const noexcept { return (static_cast<std::size_t>(at_ - start_) + beyond_) * 8 - count_; }

 private:
  const std::byte* start_;
  const std::byte* at_;
  const std::byte* end_;
  std::uint64_t ready_ = 0;  // from the highest bit on
  unsigned count_ = 0;
  std::size_t beyond_ = 0;  // bytes behind the end that were made up
};

}  // namespace larder::internal::bz2
