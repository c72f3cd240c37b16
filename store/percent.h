// Percent-escapes: any text as one word of a line, or of an URL.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace larder::internal {

// `text` with "%20" and the like for blanks, control characters and '%'. All else stays as it is.
std::string escape_blanks(std::string_view text);
// Any escapes decoded; nothing where one is cut off, or is not hexadecimal.
std::optional<std::string> unescape(std::string_view text);

}  // namespace larder::internal
