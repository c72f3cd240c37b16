#include "tools/wording.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.h"

namespace larder::tools {

std::string printable(std::string_view name) {
  const bool plain = std::none_of(name.begin(), name.end(), [](char letter) {
    const auto code = static_cast<unsigned char>(letter);
    return code < 0x20 || code == 0x7f;
  });
  return plain ? std::string(name) : internal::quoted(name, name.size());
}

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

std::string count_text(std::uint64_t count, std::string_view what) {
  return internal::join(count, ' ', what, count == 1 ? "" : "s");
}

}  // namespace larder::tools
