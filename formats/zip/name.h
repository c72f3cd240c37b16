// The names of a ZIP archive's members.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace larder::internal {

// The name in UTF-8; nothing for one that is no text, or that ends early for some readers: with a NUL. Without the flag
// that says UTF-8 it is in code page 437, as ZIP and Python have it.
std::optional<std::string> zip_name(std::string_view bytes, bool utf8);

}  // namespace larder::internal
