#include "formats/pickle/scalar_writer.h"

#include <bit>
#include <string>
#include <utility>

#include "base/float_text.h"
#include "base/text.h"
#include "formats/pickle/text_arguments.h"

namespace larder::internal {

void ScalarWriter::line(Opcode code, std::string_view text) {
  output_.opcode(code);
  output_.text(text);
  output_.text("\n");
}

void ScalarWriter::index(Opcode text, Opcode one_byte, Opcode four_bytes, std::uint32_t value) {
  if (protocol_ == 0) return line(text, std::to_string(value));
  if (value < 256) {
    output_.opcode(one_byte);
    output_.number(static_cast<std::uint8_t>(value));
  } else {
    output_.opcode(four_bytes);
    output_.number(value);
  }
}

void ScalarWriter::boolean(bool value) {
  if (protocol_ < 2) return line(Opcode::int_text, value ? "01" : "00");
  output_.opcode(value ? Opcode::newtrue : Opcode::newfalse);
}

void ScalarWriter::small_integer(std::int64_t value) {
  if (protocol_ == 0) return line(Opcode::int_text, std::to_string(value));
  if (value >= 0 && value <= 0xff) {
    output_.opcode(Opcode::binint1);
    output_.number(static_cast<std::uint8_t>(value));
  } else if (value >= 0 && value <= 0xffff) {
    output_.opcode(Opcode::binint2);
    output_.number(static_cast<std::uint16_t>(value));
  } else {
    output_.opcode(Opcode::binint);
    output_.number(static_cast<std::int32_t>(value));
  }
}

void ScalarWriter::integer(Value value) {
  if (value.fits_int64() && std::in_range<std::int32_t>(value.as_int())) return small_integer(value.as_int());
  // Python refuses to turn longer numbers into text and back.
  if (protocol_ < 2) return line(Opcode::long_text, value.int_text() + "L");
  const std::string bytes = value.int_bytes();
  if (bytes.size() < 256) {
    output_.opcode(Opcode::long1);
    output_.number(static_cast<std::uint8_t>(bytes.size()));
  } else {
    output_.opcode(Opcode::long4);
    output_.number(static_cast<std::uint32_t>(bytes.size()));
  }
  output_.text(bytes);
}

void ScalarWriter::floating(double value) {
  if (protocol_ == 0) return line(Opcode::float_text, float_text(value));
  output_.opcode(Opcode::binfloat);
  std::byte bytes[8];
  store_be(bytes, std::bit_cast<std::uint64_t>(value));
  output_.text(as_text(bytes));
}

void ScalarWriter::sized(Opcode one_byte, Opcode four_bytes, Opcode eight_bytes, bool has_one_byte, Bytes content) {
  const std::size_t header = output_.size();
  if (has_one_byte && content.size() <= 0xff) {
    output_.opcode(one_byte);
    output_.number(static_cast<std::uint8_t>(content.size()));
  } else if (content.size() <= 0xffffffff) {
    output_.opcode(four_bytes);
    output_.number(static_cast<std::uint32_t>(content.size()));
  } else if (protocol_ >= 4) {
    output_.opcode(eight_bytes);
    output_.number(std::uint64_t{content.size()});
  } else {
    fail(ErrorKind::unsupported, "pickle protocol ", protocol_,
         " cannot hold texts or bytes of 4 GiB and more; protocol 4 can");
  }
  output_.content(header, content);
}

void ScalarWriter::str(std::string_view utf8) {
  if (protocol_ == 0) return line(Opcode::unicode_text, unicode_text(utf8));
  sized(Opcode::short_binunicode, Opcode::binunicode, Opcode::binunicode8, protocol_ >= 4, as_bytes(utf8));
}

void ScalarWriter::bytes(Bytes content) {
  sized(Opcode::short_binbytes, Opcode::binbytes, Opcode::binbytes8, true, content);
}

void ScalarWriter::bytearray(Bytes content) {
  const std::size_t header = output_.size();
  output_.opcode(Opcode::bytearray8);
  output_.number(std::uint64_t{content.size()});
  output_.content(header, content);
}

}  // namespace larder::internal
