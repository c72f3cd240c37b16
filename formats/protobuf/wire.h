// Protocol buffers as they lie in a file: fields one after another, read in place.
//
// Source: the encoding page of protobuf.dev. protozero is seen by wire.cpp alone.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/whole.h"

namespace larder::internal {

enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };  // groups: Error `unsupported`

// A part of the source that holds a message, or a field's bytes.
struct WireRange {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

struct WireField {
  std::uint32_t number = 0;
  WireType type = WireType::varint;
  std::uint64_t value = 0;  // of varint, fixed64, fixed32
  WireRange range{};        // of bytes
  WireRange whole{};        // the field with its tag, for copying it as it is
};

// Calls visit(field) for each field of a message, in order, and skips what lies in them: a gigabyte of raw data costs a
// seek. Errors `malformed` (a varint of more than ten bytes, number 0, a length behind the message's end), `truncated`.
// Callers keep a stack of ranges for messages in messages: nothing recurses.
void for_each_field(WholeSource& whole, WireRange message, const std::function<void(const WireField&)>& visit);

// The content of a field of bytes. Errors `limit`, and `malformed` for a text that is no UTF-8.
std::string text_of(WholeSource& whole, const WireField& field);
// Repeated numbers, packed or not: appended. 64 bits, sign as the schema says.
void append_varints(WholeSource& whole, const WireField& field, std::vector<std::uint64_t>& numbers);

// A message being made in memory: appended to a text.
class WireWriter {
 public:
  explicit WireWriter(std::string& target) : target_(target) {}
  void varint(std::uint32_t number, std::uint64_t value);
  void bytes(std::uint32_t number, std::string_view content);
  // Only the tag and the length of bytes that the caller writes behind it.
  void bytes_header(std::uint32_t number, std::uint64_t size);
  void fixed32(std::uint32_t number, std::uint32_t value);

 private:
  std::string& target_;
};

}  // namespace larder::internal
