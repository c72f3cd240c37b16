// Small texts of numbers in seven bits a byte: what the index of a checkpoint is made of.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/byte_order.h"
#include "base/text.h"
#include "formats/protobuf/varint.h"

namespace larder::internal {

// Taken apart from front to back. Borrows the text. Whatever reaches behind its end is Error `malformed`, naming
// `what`.
class VarintText {
 public:
  VarintText(std::string_view text, std::string_view what) : rest_(text), what_(what) {}

  bool empty() const noexcept { return rest_.empty(); }

  std::string_view take(std::uint64_t size) {
    if (size > rest_.size())
      fail(ErrorKind::malformed, what_, " needs ", size, " bytes where ", rest_.size(), " are left");
    const std::string_view taken = rest_.substr(0, static_cast<std::size_t>(size));
    rest_.remove_prefix(taken.size());
    return taken;
  }

  std::uint64_t varint() {
    if (const auto value = take_varint(rest_)) return *value;
    fail(ErrorKind::malformed, what_, " ends in a number, or holds one of more than 64 bits");
  }

  std::uint32_t fixed32() {
    const std::string_view bytes = take(4);
    return load_le<std::uint32_t>(reinterpret_cast<const std::byte*>(bytes.data()));
  }

 private:
  std::string_view rest_;
  std::string_view what_;
};

// A field of a message of protocol buffers that lies in memory.
struct SmallField {
  std::uint64_t number = 0;
  std::uint64_t value = 0;     // of a varint or fixed32
  std::string_view content{};  // of bytes
};

// The next field; nothing at the end. Error `malformed`, also for other wire types: no message here has them.
inline std::optional<SmallField> next_field(VarintText& message) {
  if (message.empty()) return std::nullopt;
  const std::uint64_t tag = message.varint();
  SmallField field{.number = tag >> 3};
  switch (tag & 7) {
    case 0:
      field.value = message.varint();
      break;
    case 2:
      field.content = message.take(message.varint());
      break;
    case 5:
      field.value = message.fixed32();
      break;
    default:
      fail(ErrorKind::malformed, "a checkpoint's index holds a field of the wire type ", tag & 7);
  }
  return field;
}

}  // namespace larder::internal
