#include "base/quantity.h"

#include <array>
#include <charconv>
#include <string_view>

namespace larder::internal {

namespace {

// Fewer digits behind the point, the more there are before it.
std::string three_digits(double number) { return decimal(number, number < 9.995 ? 2 : number < 99.95 ? 1 : 0); }

}  // namespace

std::string decimal(double number, int digits) {
  std::array<char, 400> buffer{};  // the longest double has 309 digits before the point
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::fixed, digits);
  return {buffer.data(), end.ptr};
}

std::string size_text(std::uint64_t bytes) {
  static constexpr std::array<std::string_view, 6> units = {" KiB", " MiB", " GiB", " TiB", " PiB", " EiB"};
  if (bytes < 1024) return std::to_string(bytes) + " B";
  auto value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (value >= 1023.95 && unit + 1 < units.size()) {
    value /= 1024;
    ++unit;
  }
  return decimal(value, 1).append(units[unit]);
}

std::string seconds_text(double seconds) {
  if (seconds < 0.9995e-3) return three_digits(seconds * 1e6) + " us";
  return seconds < 0.9995 ? three_digits(seconds * 1e3) + " ms" : three_digits(seconds) + " s";
}

std::string speed_text(double bytes_a_second) {
  const double megabytes = bytes_a_second / 1e6;
  return megabytes < 999.5 ? three_digits(megabytes) + " MB/s" : three_digits(megabytes / 1e3) + " GB/s";
}

}  // namespace larder::internal
