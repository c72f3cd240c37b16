// Numbers in seven bits a byte: LEB128, the varints of protocol buffers and LevelDB.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace larder::internal {

// Takes the number at the front of `text`. Nothing, and `text` as it was, where it ends before the number does, or that
// has more than 64 bits.
inline std::optional<std::uint64_t> take_varint(std::string_view& text) noexcept {
  std::uint64_t value = 0;
  for (std::size_t size = 0; size < text.size() && size < 10; ++size) {
    const auto byte = static_cast<unsigned char>(text[size]);
    if (size == 9 && byte > 1) break;
    value |= std::uint64_t{byte & 0x7fU} << 7 * size;
    if (byte >= 0x80) continue;
    text.remove_prefix(size + 1);
    return value;
  }
  return std::nullopt;
}

}  // namespace larder::internal
