#include "base/text.h"
#include "store/s3/signing.h"

namespace larder::internal::s3 {

namespace {

// RFC 3986, 2.3. Not isalnum, which asks the locale.
bool is_unreserved(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
         letter == '-' || letter == '.' || letter == '_' || letter == '~';
}

std::string escaped(std::string_view text, bool is_path) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char letter : text) {
    if (is_unreserved(letter) || (is_path && letter == '/')) {
      out.push_back(letter);
      continue;
    }
    const auto code = static_cast<unsigned char>(letter);
    out.append({'%', digits[code >> 4], digits[code & 15]});
  }
  return out;
}

}  // namespace

std::string escape_path(std::string_view text) { return escaped(text, true); }

std::string escape_query(std::string_view text) { return escaped(text, false); }

std::string escape_query(const std::map<std::string, std::string>& query) {
  // Escaping changes the order: ':' is behind the digits, "%3A" before them.
  std::map<std::string, std::string> sorted;
  for (const auto& [name, value] : query) sorted.emplace(escape_query(name), escape_query(value));
  std::string out;
  for (const auto& [name, value] : sorted) out += join(out.empty() ? "" : "&", name, "=", value);
  return out;
}

}  // namespace larder::internal::s3
