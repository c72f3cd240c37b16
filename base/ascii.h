// Letters of ASCII, whatever the locale.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace larder::internal {

inline constexpr std::string_view decimal_digits = "0123456789";
inline constexpr std::string_view small_letters = "abcdefghijklmnopqrstuvwxyz";
inline constexpr std::string_view capital_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

// 'a' for 'A'; all that is no capital letter stays as it is.
constexpr char lowered(char letter) noexcept {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}
inline std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char letter) { return lowered(letter); });
  return out;
}

// Whether no letter of `text` is another one than these.
constexpr bool is_made_of(std::string_view text, std::string_view letters) noexcept {
  return text.find_first_not_of(letters) == std::string_view::npos;
}

// Without the blanks around it: ' ', '\t', '\r', '\n'.
constexpr std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

}  // namespace larder::internal
