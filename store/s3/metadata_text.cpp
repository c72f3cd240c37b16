#include "store/s3/metadata_text.h"

#include <algorithm>

#include <larder/bytes.h>

#include "base/ascii.h"
#include "base/base64.h"
#include "base/unicode.h"

namespace larder::internal::s3 {

namespace {

constexpr std::string_view word_begin = "=?utf-8?b?";
constexpr std::string_view word_end = "?=";

bool is_visible(char letter) { return letter > 0x20 && letter < 0x7f; }

// Blanks inside are left alone by all that a header passes.
bool fits_header(std::string_view text) {
  return !text.empty() && is_visible(text.front()) && is_visible(text.back()) &&
         text.find("=?") == std::string_view::npos && text.find("  ") == std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char letter) { return letter == ' ' || is_visible(letter); });
}

}  // namespace

std::string header_text(std::string_view utf8) {
  if (fits_header(utf8)) return std::string(utf8);
  std::string out = "=?UTF-8?B?";
  append_base64(out, as_bytes(utf8));
  return out.append(word_end);
}

std::string text_of_header(std::string_view value) {
  const std::size_t around = word_begin.size() + word_end.size();
  if (value.size() < around || !value.ends_with(word_end) || lowered(value.substr(0, word_begin.size())) != word_begin)
    return std::string(value);
  const auto text = decode_base64(value.substr(word_begin.size(), value.size() - around));
  const bool is_text = text && !invalid_utf8(*text) && std::none_of(text->begin(), text->end(), [](char letter) {
                         return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f;
                       });
  return is_text ? *text : std::string(value);
}

}  // namespace larder::internal::s3
