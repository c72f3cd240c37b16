// Protocol buffers as they lie in a file: fields one after another, read in place.
//
// Source: the encoding page of protobuf.dev. protozero is seen by wire.cpp alone; without it all of this is Error
// `not_built`.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "formats/whole.h"

namespace larder::internal {

// Whether this build has the library.
bool has_protocol_buffers() noexcept;

enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

// A part of the source that holds a message, or what a field holds.
struct WireRange {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;

  std::uint64_t end() const noexcept { return offset + size; }
};

struct WireField {
  std::uint32_t number = 0;
  WireType type = WireType::varint;
  std::uint64_t value = 0;  // of varint, fixed64, fixed32
  WireRange range{};        // of bytes: the content
  WireRange whole{};        // the field with its tag
};

// The fields of one message, in their order. What lies in them is passed over: a gigabyte of raw data costs a seek. A
// message in a message is a range of its own: nothing here recurses. Borrows the source; not thread-safe.
class WireFields {
 public:
  WireFields(WholeSource& whole, WireRange message) : whole_(whole), rest_(message) {}

  // Nothing at the end. Errors: `malformed` for a number of more than 64 bits, a field 0 and a length behind the
  // message's end, `truncated` for one behind the source's end, `unsupported` for groups.
  std::optional<WireField> next();

 private:
  WholeSource& whole_;
  WireRange rest_;
};

// What a field holds; Error `malformed` where it is of another wire type.
std::uint64_t number_of(const WireField& field);
WireRange message_of(const WireField& field);
float float_of(const WireField& field);

// The content of a field of bytes. Errors as above; `limit` beyond Limits::bytes; `text_of`: `malformed` for what is no
// UTF-8.
std::string bytes_of(WholeSource& whole, const WireField& field);
std::string text_of(WholeSource& whole, const WireField& field);

// Calls visit(number) for each number of a repeated field, packed or not; floating-point numbers as their bits.
// `unpacked` is the wire type of one.
void for_each_number(WholeSource& whole, const WireField& field, WireType unpacked,
                     const std::function<void(std::uint64_t)>& visit);

// Appends a field to a message that is made in memory; `bytes_header` only the tag and the length of what the caller
// writes behind it.
void append_number(std::string& message, std::uint32_t number, std::uint64_t value);
void append_bytes(std::string& message, std::uint32_t number, std::string_view content);
void append_bytes_header(std::string& message, std::uint32_t number, std::uint64_t size);

}  // namespace larder::internal
