// Numbers and texts as opcodes, in each protocol.
#pragma once

#include <larder/document.h>

#include "formats/pickle/output.h"

namespace larder::internal {

// Borrows the output. Source of the choice of opcodes: CPython's pickle.py, and pickles taken apart.
class ScalarWriter {
 public:
  ScalarWriter(PickleOutput& output, int protocol) : output_(output), protocol_(protocol) {}

  void boolean(bool value);
  void integer(Value value);
  void floating(double value);
  // Error `unsupported` for 4 GiB and more below protocol 4.
  void str(std::string_view utf8);
  void bytes(Bytes content);      // from protocol 3 on
  void bytearray(Bytes content);  // from protocol 5 on

  // An opcode whose argument is a number in one byte, or four, or text in protocol 0: of the memo.
  void index(Opcode text, Opcode one_byte, Opcode four_bytes, std::uint32_t value);

 private:
  void small_integer(std::int64_t value);
  void sized(Opcode one_byte, Opcode four_bytes, Opcode eight_bytes, bool has_one_byte, Bytes content);
  void line(Opcode code, std::string_view text);

  PickleOutput& output_;
  int protocol_;
};

}  // namespace larder::internal
