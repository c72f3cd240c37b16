// How numbers and names are put into words on a terminal.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/quantity.h"

namespace larder::tools {

// The name itself, or quoted and escaped where it would not stay on one line or would steer the terminal.
std::string printable(std::string_view name);

using internal::decimal;
using internal::size_text;

// "1 item", "3 items".
std::string count_text(std::uint64_t count, std::string_view what);

}  // namespace larder::tools
