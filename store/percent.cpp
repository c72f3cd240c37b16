#include "store/percent.h"

#include <charconv>

namespace larder::internal {

std::string escape_blanks(std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(text.size());
  for (const char letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    if (code <= 0x20 || code == 0x7f || letter == '%') {
      out.append({'%', digits[code >> 4], digits[code & 15]});
    } else {
      out.push_back(letter);
    }
  }
  return out;
}

std::optional<std::string> unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    if (text.front() != '%') {
      out.push_back(text.front());
      text.remove_prefix(1);
      continue;
    }
    if (text.size() < 3) return std::nullopt;
    unsigned code = 0;
    const char* const end = text.data() + 3;
    const auto [stopped, error] = std::from_chars(text.data() + 1, end, code, 16);
    if (error != std::errc() || stopped != end) return std::nullopt;
    out.push_back(static_cast<char>(code));
    text.remove_prefix(3);
  }
  return out;
}

}  // namespace larder::internal
