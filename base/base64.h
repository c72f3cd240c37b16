// Bytes as text, in letters of RFC 4648, 4.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace larder::internal {

void append_base64(std::string& out, std::span<const std::byte> bytes);

// Nothing for what is none: other letters, blanks, a length that is no multiple of 4, bits that stand for nothing.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace larder::internal
