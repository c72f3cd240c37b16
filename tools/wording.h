// How numbers and names are put into words on a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace larder::tools {

// The name itself, or quoted and escaped where it would not stay on one line or would steer the terminal.
std::string printable(std::string_view name);

// "12 B", "1.5 KiB", "3.0 GiB".
std::string size_text(std::uint64_t bytes);

// "1 item", "3 items".
std::string count_text(std::uint64_t count, std::string_view what);

// "1.234": `digits` behind the point, whatever the locale.
std::string decimal(double number, int digits);

}  // namespace larder::tools
