#include "base/float_text.h"

#include <charconv>
#include <cmath>
#include <string_view>

namespace larder::internal {

namespace {

// "-1.2345e+17" without its exponent: the digits with a point where the exponent says, and zeros up to there.
std::string plain(std::string_view text, int exponent) {
  const bool is_negative = text.front() == '-';
  std::string digits;
  for (const char letter : text.substr(is_negative ? 1 : 0)) {
    if (letter != '.') digits.push_back(letter);
  }
  if (exponent < 0) {
    digits.insert(0, "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0'));
  } else {
    const auto whole = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() <= whole) digits.append(whole + 1 - digits.size(), '0');
    digits.insert(whole, ".");
  }
  return is_negative ? "-" + digits : digits;
}

template <class Number>
std::string text_of(Number value) {
  if (std::isnan(value)) return "nan";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  char buffer[32];
  const auto written = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  const std::string_view text(buffer, static_cast<std::size_t>(written.ptr - buffer));
  const std::size_t e = text.find('e');
  int exponent = 0;
  const std::string_view power = text.substr(text[e + 1] == '+' ? e + 2 : e + 1);
  static_cast<void>(std::from_chars(power.data(), power.data() + power.size(), exponent));
  return exponent < -4 || exponent >= 16 ? std::string(text) : plain(text.substr(0, e), exponent);
}

}  // namespace

std::string float_text(double value) { return text_of(value); }
std::string float_text(float value) { return text_of(value); }

}  // namespace larder::internal
