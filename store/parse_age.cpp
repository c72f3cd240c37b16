#include <larder/eviction.h>

#include "base/quantity.h"
#include "base/text.h"

namespace larder {

std::chrono::nanoseconds parse_age(std::string_view text) {
  const auto seconds = internal::parse_quantity(text, internal::time_units);
  if (!seconds) {
    internal::fail(ErrorKind::usage, internal::quoted(text),
                   " is no age: give a number and a unit, as in 30d, 12h, 5min or 90s");
  }
  const double nanoseconds = *seconds * 1e9;
  if (nanoseconds >= 0x1p63) internal::fail(ErrorKind::usage, internal::quoted(text), " is more than 292 years");
  return std::chrono::nanoseconds(static_cast<std::int64_t>(nanoseconds));
}

}  // namespace larder
