// The opcode stream of a pickle being written: framing as CPython's picklers do it.
#pragma once

#include <cstring>
#include <string_view>
#include <vector>

#include <larder/bytes.h>
#include <larder/writer.h>

#include "base/byte_order.h"
#include "formats/pickle/opcodes.h"

namespace larder::internal {

// Borrows the Writer. From protocol 4 on opcodes are gathered in frames of about 64 KiB.
class PickleOutput {
 public:
  PickleOutput(Writer& writer, bool framed) : writer_(writer), framed_(framed), frame_(2 * target_) {}

  void opcode(Opcode code) {
    reserve(1);
    frame_[size_++] = static_cast<std::byte>(code);
  }

  // A little-endian argument.
  template <class T>
  void number(T value) {
    reserve(sizeof(T));
    store_le(frame_.data() + size_, value);
    size_ += sizeof(T);
  }

  void text(std::string_view bytes) {
    reserve(bytes.size());
    if (!bytes.empty()) std::memcpy(frame_.data() + size_, bytes.data(), bytes.size());
    size_ += bytes.size();
  }

  // The content of a text, bytes or bytearray whose opcode and length were just written since `header` (an offset that
  // `size` gave): 64 KiB and more stay outside frames.
  void content(std::size_t header, Bytes bytes);
  std::size_t size() const noexcept { return size_; }

  // Called before each value: closes the frame when it is large enough.
  void before_value() {
    if (size_ >= target_) close_frame();
  }

  // Writes what was gathered, as a frame; what follows may be raw bytes.
  void close_frame();

  // Where the byte behind what was gathered will lie in the file.
  std::uint64_t position() const { return writer_.position() + frame_header() + size_; }

  Writer& writer() noexcept { return writer_; }

 private:
  static constexpr std::size_t target_ = 64 * 1024;
  static constexpr std::size_t smallest_frame_ = 4;
  static constexpr std::size_t header_size_ = 9;

  void reserve(std::size_t more) {
    if (more > frame_.size() - size_) grow(more);
  }
  void grow(std::size_t more);
  std::size_t frame_header() const noexcept { return framed_ && size_ >= smallest_frame_ ? header_size_ : 0; }

  Writer& writer_;
  bool framed_;
  std::vector<std::byte> frame_;  // its first size_ bytes
  std::size_t size_ = 0;
};

}  // namespace larder::internal
