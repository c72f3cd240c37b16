#include <charconv>
#include <cmath>
#include <string>

#include <larder/eviction.h>

#include "base/text.h"

namespace larder {

namespace {

// 0 for what is no unit.
std::uint64_t bytes_in(char unit) {
  switch (unit) {
    case 'K':
      return std::uint64_t{1} << 10;
    case 'M':
      return std::uint64_t{1} << 20;
    case 'G':
      return std::uint64_t{1} << 30;
    case 'T':
      return std::uint64_t{1} << 40;
    default:
      return 0;
  }
}

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::uint64_t> size_in(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const std::uint64_t unit = bytes_in(text.back());
  if (unit == 0) return whole_number<std::uint64_t>(text);
  const auto number = whole_number<double>(text.substr(0, text.size() - 1));
  if (!number) return std::nullopt;
  const double size = *number * static_cast<double>(unit);
  constexpr double end = 18446744073709551616.0;  // 2^64
  if (!std::isfinite(size) || std::signbit(size) || size >= end) return std::nullopt;
  return static_cast<std::uint64_t>(size);
}

}  // namespace

std::uint64_t parse_size(std::string_view text) {
  if (const auto size = size_in(text)) return *size;
  internal::fail(
      ErrorKind::usage, internal::quoted(text),
      " is no size, possible are \"10G\", \"1.5M\", \"500K\" and \"2T\" (of 1024), and bytes as \"1048576\"");
}

}  // namespace larder
