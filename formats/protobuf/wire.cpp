#include "formats/protobuf/wire.h"

#include <algorithm>
#include <array>
#include <bit>

#include "base/byte_order.h"
#include "base/text.h"
#include "base/unicode.h"

#if LARDER_HAS_PROTOZERO

#include <protozero/buffer_string.hpp>
#include <protozero/varint.hpp>

namespace larder::internal {

namespace {

constexpr std::size_t most_bytes_of_number = 10;
constexpr std::uint64_t most_field_number = (std::uint64_t{1} << 29) - 1;

// Takes a varint off the front of `bytes`.
std::uint64_t take_varint(Bytes& bytes) {
  const char* const begin = reinterpret_cast<const char*>(bytes.data());
  const char* end = begin;
  std::uint64_t value = 0;
  try {
    value = protozero::decode_varint(&end, begin + bytes.size());
  } catch (const protozero::end_of_buffer_exception&) {
    fail(ErrorKind::malformed, "a message of protocol buffers ends in a number");
  } catch (const protozero::varint_too_long_exception&) {
    fail(ErrorKind::malformed, "a number of protocol buffers has more than 64 bits");
  }
  const auto size = static_cast<std::size_t>(end - begin);
  if (size > most_bytes_of_number || (size == most_bytes_of_number && bytes[size - 1] > std::byte{1}))
    fail(ErrorKind::malformed, "a number of protocol buffers has more than 64 bits");
  bytes = bytes.subspan(size);
  return value;
}

template <class Number>
std::uint64_t take_fixed(Bytes& bytes) {
  if (bytes.size() < sizeof(Number)) fail(ErrorKind::malformed, "a message of protocol buffers ends in a number");
  const Number value = load_le<Number>(bytes.data());
  bytes = bytes.subspan(sizeof(Number));
  return value;
}

std::uint64_t take_number(Bytes& bytes, WireType type) {
  switch (type) {
    case WireType::fixed32:
      return take_fixed<std::uint32_t>(bytes);
    case WireType::fixed64:
      return take_fixed<std::uint64_t>(bytes);
    default:
      return take_varint(bytes);
  }
}

WireType wire_type_of(std::uint64_t tag) {
  switch (tag & 7) {
    case 0:
    case 1:
    case 2:
    case 5:
      return static_cast<WireType>(tag & 7);
    case 3:
    case 4:
      fail(ErrorKind::unsupported, "a message of protocol buffers holds a group, which nobody writes any more");
    default:
      fail(ErrorKind::malformed, "a field of protocol buffers is of the wire type ", tag & 7);
  }
}

void append_varint(std::string& message, std::uint64_t value) { protozero::add_varint_to_buffer(&message, value); }

void append_tag(std::string& message, std::uint32_t number, WireType type) {
  append_varint(message, std::uint64_t{number} << 3 | static_cast<std::uint64_t>(type));
}

}  // namespace

bool has_protocol_buffers() noexcept { return true; }

std::optional<WireField> WireFields::next() {
  if (rest_.size == 0) return std::nullopt;
  std::array<std::byte, 2 * most_bytes_of_number> head;
  const MutableBytes filled(head.data(), static_cast<std::size_t>(std::min<std::uint64_t>(head.size(), rest_.size)));
  whole_.read(rest_.offset, filled, "a field of protocol buffers");
  Bytes left = filled;
  try {
    const std::uint64_t tag = take_varint(left);
    WireField field{.number = static_cast<std::uint32_t>(tag >> 3), .type = wire_type_of(tag)};
    if (tag >> 3 == 0 || tag >> 3 > most_field_number)
      fail(ErrorKind::malformed, "a field of protocol buffers has the number ", tag >> 3);
    const std::uint64_t value = take_number(left, field.type);
    std::uint64_t size = filled.size() - left.size();
    if (field.type == WireType::bytes) {
      field.range = {rest_.offset + size, value};
      if (value > whole_.size() - field.range.offset)
        fail(ErrorKind::truncated, "a field of protocol buffers has ", value, " bytes, ",
             whole_.size() - field.range.offset, " are there");
      if (value > rest_.size - size) fail(ErrorKind::malformed, "a field is longer than the message that it is in");
      size += value;
    } else {
      field.value = value;
    }
    field.whole = {rest_.offset, size};
    rest_ = {rest_.offset + size, rest_.size - size};
    return field;
  } catch (Error& error) {
    throw error.at(whole_.place(rest_.offset));
  }
}

void for_each_number(WholeSource& whole, const WireField& field, WireType unpacked,
                     const std::function<void(std::uint64_t)>& visit) {
  if (field.type == unpacked) return visit(field.value);
  const WireRange range = message_of(field);
  const auto reader = whole.reader(range.offset, range.size);
  std::uint64_t left = range.size;
  while (left != 0) {
    Bytes window = reader->peek(static_cast<std::size_t>(std::min<std::uint64_t>(most_bytes_of_number, left)));
    const std::size_t seen = window.size();
    do {
      visit(take_number(window, unpacked));
    } while (window.size() >= most_bytes_of_number);
    reader->consume(seen - window.size());
    left -= seen - window.size();
  }
}

void append_number(std::string& message, std::uint32_t number, std::uint64_t value) {
  append_tag(message, number, WireType::varint);
  append_varint(message, value);
}

void append_bytes_header(std::string& message, std::uint32_t number, std::uint64_t size) {
  append_tag(message, number, WireType::bytes);
  append_varint(message, size);
}

}  // namespace larder::internal

#else

namespace larder::internal {

namespace {

[[noreturn]] void refuse() {
  fail(ErrorKind::not_built,
       "this build of larder lacks the library for protocol buffers, which ONNX files are made of");
}

}  // namespace

bool has_protocol_buffers() noexcept { return false; }

std::optional<WireField> WireFields::next() {
  static_cast<void>(whole_);
  static_cast<void>(rest_);
  refuse();
}
void for_each_number(WholeSource&, const WireField&, WireType, const std::function<void(std::uint64_t)>&) { refuse(); }
void append_number(std::string&, std::uint32_t, std::uint64_t) { refuse(); }
void append_bytes_header(std::string&, std::uint32_t, std::uint64_t) { refuse(); }

}  // namespace larder::internal

#endif

namespace larder::internal {

namespace {

void require_type(const WireField& field, WireType type) {
  if (field.type != type) {
    fail(ErrorKind::malformed, "the field ", field.number, " of protocol buffers is of the wire type ",
         static_cast<int>(field.type), " where ", static_cast<int>(type), " is wanted");
  }
}

}  // namespace

std::uint64_t number_of(const WireField& field) {
  require_type(field, WireType::varint);
  return field.value;
}

WireRange message_of(const WireField& field) {
  require_type(field, WireType::bytes);
  return field.range;
}

float float_of(const WireField& field) {
  require_type(field, WireType::fixed32);
  return std::bit_cast<float>(static_cast<std::uint32_t>(field.value));
}

std::string bytes_of(WholeSource& whole, const WireField& field) {
  const WireRange range = message_of(field);
  if (range.size > whole.budget().left().bytes) {
    fail(ErrorKind::limit, "a text needs ", range.size, " bytes, Limits::bytes allows ", whole.budget().left().bytes);
  }
  std::string content(static_cast<std::size_t>(range.size), '\0');
  whole.read(range.offset, std::as_writable_bytes(std::span(content)), "a text");
  return content;
}

std::string text_of(WholeSource& whole, const WireField& field) {
  std::string text = bytes_of(whole, field);
  if (invalid_utf8(text)) {
    throw Error(ErrorKind::malformed, join("a text of protocol buffers is no UTF-8: ", internal::quoted(text)))
        .at(whole.place(field.range.offset));
  }
  return text;
}

void append_bytes(std::string& message, std::uint32_t number, std::string_view content) {
  append_bytes_header(message, number, content.size());
  message.append(content);
}

}  // namespace larder::internal
