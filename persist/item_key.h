// The keys of an item's two parts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace larder::internal {

// metadata_key, or nothing where that would be too long for a key: such a value has no metadata.
std::optional<std::string> possible_metadata_key(std::string_view key);

}  // namespace larder::internal
