// Where a path begins.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace larder::internal {

// The name that the first step of a path (find_path) asks for; nothing for an index and for the root. Error `usage` for
// a step that is none.
std::optional<std::string> first_name(std::string_view path);

}  // namespace larder::internal
