// The opcode stream of a pickle: fast access to the bytes that a Reader has ready, frames, and positions for messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <larder/bytes.h>
#include <larder/limits.h>
#include <larder/reader.h>

#include "base/byte_order.h"
#include "base/text.h"

namespace larder::internal {

// Borrows the Reader, and is the only one to use it until `release`.
class PickleInput {
 public:
  PickleInput(Reader& reader, const Limits& limits) : reader_(reader), limits_(limits) {}

  // Offset of the next byte in the source.
  std::uint64_t position() const noexcept { return reader_.position() + static_cast<std::uint64_t>(next_ - start_); }

  std::uint8_t byte() {
    if (next_ == end_) refill(1);
    return std::to_integer<std::uint8_t>(*next_++);
  }

  // What is read, for messages.
  std::string name() const { return reader_.name(); }

  // A little-endian argument.
  template <class T>
  T number() {
    return load_le<T>(take(sizeof(T)).data());
  }

  // The next `size` bytes (at most `largest_take`), valid until the next call.
  Bytes take(std::size_t size) {
    if (static_cast<std::size_t>(end_ - next_) < size) refill(size);
    const Bytes bytes(next_, size);
    next_ += size;
    return bytes;
  }
  static constexpr std::size_t largest_take = std::size_t{1} << 20;

  // The next `size` bytes as an owner; `what` they are, for the error.
  Region take_region(std::uint64_t size, std::string_view what);

  // The text before the next newline, which is passed over; valid until the next call. Error `limit` beyond
  // Limits::bytes.
  std::string_view line();

  // Gives the Reader back, at this position; the input may be used again afterwards.
  Reader& release();

  // A frame of `size` bytes starts here. Error `malformed` inside another frame, `truncated` where the source is known
  // to be shorter.
  void enter_frame(std::uint64_t size);
  // The next opcode. An argument of the one before must not have reached over the end of its frame.
  std::uint8_t opcode() {
    if (reinterpret_cast<std::uintptr_t>(next_) >= frame_stop_) check_frame();
    if (next_ == end_) refill(1);
    opcode_ = next_;
    return std::to_integer<std::uint8_t>(*next_++);
  }
  // Offset of the opcode that was read last.
  std::uint64_t opcode_position() const noexcept {
    return opcode_ == nullptr ? opcode_position_ : reader_.position() + static_cast<std::uint64_t>(opcode_ - start_);
  }

  // Passes over `size` bytes; Error `truncated`, naming `what`, where the source is shorter.
  void skip(std::uint64_t size, std::string_view what) { release().skip(size, what); }
  // Called at STOP and before raw bytes: nothing of a frame may be left.
  void leave_frame();

 private:
  void refill(std::size_t size);
  // Bytes before the next newline, where one is shown; the first `searched` are known to hold none.
  std::optional<std::size_t> to_newline(std::size_t searched) const;
  Bytes take_line(std::size_t size);
  std::string_view long_line();
  void check_frame();
  void find_frame_stop() noexcept;

  Reader& reader_;
  const Limits& limits_;
  const std::byte* start_ = nullptr;  // what the Reader shows
  const std::byte* next_ = nullptr;
  const std::byte* end_ = nullptr;
  const std::byte* opcode_ = nullptr;  // the last one, where it is still shown
  std::uint64_t opcode_position_ = 0;
  std::string long_line_;
  std::uint64_t frame_end_ = 0;  // 0: outside frames
  // The address at which the frame ends, as far as what is shown reaches; more than any address where it ends later.
  std::uintptr_t frame_stop_ = no_stop_;
  static constexpr std::uintptr_t no_stop_ = ~std::uintptr_t{0};
};

}  // namespace larder::internal
