// Units of datetime64 and timedelta64.
#pragma once

#include <string>
#include <string_view>

namespace larder::internal {

// The unit as numpy prints it, from what stands between its brackets: "ns", "25s", "generic", and with a divisor
// "s/25", which is "40ms". Error `malformed` for anything else. Source of the rules: numpy's documentation of datetime
// units, and what numpy 1.24 answers.
std::string canonical_time_unit(std::string_view text);

}  // namespace larder::internal
