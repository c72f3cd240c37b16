// The header content-range (RFC 9110, 14.4).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace larder::internal::s3 {

struct ContentRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;   // of the range, itself part of it
  std::uint64_t total = 0;  // bytes of the whole
};
// Nothing for what is none: "bytes 0-99/*", a range that does not lie within the whole.
std::optional<ContentRange> parse_content_range(std::string_view text);

}  // namespace larder::internal::s3
