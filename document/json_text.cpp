#include "document/json_text.h"

#include <charconv>
#include <cmath>
#include <cstdint>

#include "base/base64.h"
#include "base/text.h"
#include "base/unicode.h"

namespace larder::internal {

namespace {

void append_escape(std::string& out, std::uint32_t unit) {
  out.append("\\u");
  for (int shift = 12; shift >= 0; shift -= 4) out.push_back("0123456789abcdef"[(unit >> shift) & 15]);
}

}  // namespace

void append_json_string(std::string& out, std::string_view utf8) {
  out.push_back('"');
  while (!utf8.empty()) {
    const std::string_view rest = utf8;
    const std::uint32_t letter = take_utf8(utf8);
    if (letter == '"' || letter == '\\') {
      out.push_back('\\');
      out.push_back(static_cast<char>(letter));
    } else if (letter == '\n') {
      out.append("\\n");
    } else if (letter == '\t') {
      out.append("\\t");
    } else if (letter < 0x20 || letter == 0x7f || (letter >= 0xd800 && letter <= 0xdfff)) {
      append_escape(out, letter);
    } else {
      out.append(rest.substr(0, rest.size() - utf8.size()));
    }
  }
  out.push_back('"');
}

void append_json_bytes(std::string& out, Bytes bytes) {
  out.append("{\"$bytes\": \"");
  append_base64(out, bytes);
  out.append("\"}");
}

void append_json_float(std::string& out, double value) {
  if (std::isnan(value)) {
    out.append("{\"$float\": \"nan\"}");
  } else if (std::isinf(value)) {
    out.append(value > 0 ? "{\"$float\": \"inf\"}" : "{\"$float\": \"-inf\"}");
  } else {
    char text[32];
    const auto [end, error] = std::to_chars(text, text + sizeof text, value);
    std::string_view number(text, static_cast<std::size_t>(end - text));
    out.append(number);
    if (number.find_first_of(".e") == std::string_view::npos) out.append(".0");
    static_cast<void>(error);  // 32 characters hold every double
  }
}

}  // namespace larder::internal
