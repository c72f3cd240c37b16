// The opcode stream of a pickle being written: framing as CPython's pure-Python pickler, which joblib uses, does it.
#pragma once

#include <string>
#include <string_view>

#include <larder/bytes.h>
#include <larder/writer.h>

#include "base/byte_order.h"
#include "formats/pickle/opcodes.h"

namespace larder::internal {

// Borrows the Writer. From protocol 4 on opcodes are gathered in frames of about 64 KiB.
class PickleOutput {
 public:
  PickleOutput(Writer& writer, bool framed) : writer_(writer), framed_(framed) {}

  void opcode(Opcode code) { frame_.push_back(static_cast<char>(code)); }

  // A little-endian argument.
  template <class T>
  void number(T value) {
    std::byte bytes[sizeof(T)];
    store_le(bytes, value);
    frame_.append(as_text(bytes));
  }

  void text(std::string_view bytes) { frame_.append(bytes); }

  // The content of a text, bytes or bytearray whose opcode and length were just written since `header` (an offset that
  // `size` gave): 64 KiB and more stay outside frames.
  void content(std::size_t header, Bytes bytes);
  std::size_t size() const noexcept { return frame_.size(); }

  // Called before each value: closes the frame when it is large enough.
  void before_value() {
    if (frame_.size() >= target_) close_frame();
  }

  // Writes what was gathered, as a frame; what follows may be raw bytes.
  void close_frame();

  Writer& writer() noexcept { return writer_; }

 private:
  static constexpr std::size_t target_ = 64 * 1024;
  static constexpr std::size_t smallest_frame_ = 4;

  Writer& writer_;
  bool framed_;
  std::string frame_;
};

}  // namespace larder::internal
