// Values of StoreSettings. Errors `usage` that name the setting.
#pragma once

#include <cstdint>
#include <string>

namespace larder::internal {

// "true", "yes", "1"; "false", "no", "0".
bool parse_flag(const std::string& name, const std::string& text);
// "1048576".
std::uint64_t parse_count(const std::string& name, const std::string& text);

}  // namespace larder::internal
