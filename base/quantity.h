// Numbers, sizes, times and speeds in words, and back.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace larder::internal {

// "1.234": `digits` behind the point, whatever the locale.
std::string decimal(double number, int digits);

// "12 B", "1.5 KiB", "3.0 GiB".
std::string size_text(std::uint64_t bytes);

// "12.3 ms", "4.56 s", "125 s": three digits that count.
std::string seconds_text(double seconds);

// "0.12 MB/s", "1.5 MB/s", "523 MB/s", "3.2 GB/s".
std::string speed_text(double bytes_a_second);

struct Unit {
  std::string_view name;
  double factor;
};

// In seconds.
inline constexpr std::array<Unit, 6> time_units = {
    {{"", 1}, {"s", 1}, {"ms", 1e-3}, {"min", 60}, {"h", 3600}, {"d", 86400}}};

// The number before one of the units, times its factor; nothing where the text is not of this form or the number is not
// above 0.
std::optional<double> parse_quantity(std::string_view text, std::span<const Unit> units);

}  // namespace larder::internal
