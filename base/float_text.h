// Floating-point numbers as text.
#pragma once

#include <string>

namespace larder::internal {

// The fewest digits that read back as the same number, in the notation of Python's repr and numpy's: "1.0", "1e-05",
// "nan", "-inf". Thread-safe.
std::string float_text(double value);
std::string float_text(float value);

}  // namespace larder::internal
