#include "base/quantity.h"

#include <algorithm>
#include <charconv>
#include <cmath>

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

std::optional<double> parse_quantity(std::string_view text, std::span<const Unit> units) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || !std::isfinite(number) || number <= 0) return std::nullopt;
  const std::string_view name(stop, static_cast<std::size_t>(end - stop));
  const auto unit = std::ranges::find(units, name, &Unit::name);
  if (unit == units.end()) return std::nullopt;
  const double quantity = number * unit->factor;
  return std::isfinite(quantity) && quantity > 0 ? std::optional(quantity) : std::nullopt;
}

}  // namespace larder::internal
