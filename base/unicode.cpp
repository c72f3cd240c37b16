#include "base/unicode.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "base/text.h"

namespace larder::internal {
namespace {

// How many bytes a sequence has by its first one; 0 for a byte that starts none.
std::size_t sequence_length(unsigned char first) {
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 3;
  return first < 0xf5 ? 4 : 0;
}

bool is_sequence(std::string_view sequence, bool surrogates) {
  for (const char c : sequence.substr(1)) {
    if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) return false;
  }
  const std::size_t length = sequence.size();
  const std::uint32_t code = take_utf8(sequence);
  if (length == 3) return code >= 0x800 && (surrogates || code < 0xd800 || code > 0xdfff);
  return length < 3 || (code >= 0x10000 && code <= 0x10ffff);
}

// Format characters, separators, private use and what is no character: Python's repr escapes them.
bool is_printable(std::uint32_t code) {
  using Range = std::pair<std::uint32_t, std::uint32_t>;
  static constexpr std::array<Range, 25> hidden = {{
      {0x0, 0x1f},        {0x7f, 0xa0},       {0xad, 0xad},       {0x600, 0x605},     {0x61c, 0x61c},
      {0x6dd, 0x6dd},     {0x70f, 0x70f},     {0x890, 0x891},     {0x8e2, 0x8e2},     {0x1680, 0x1680},
      {0x180e, 0x180e},   {0x2000, 0x200f},   {0x2028, 0x202f},   {0x205f, 0x206f},   {0x3000, 0x3000},
      {0xd800, 0xf8ff},   {0xfeff, 0xfeff},   {0xfff0, 0xfffb},   {0xfffe, 0xffff},   {0x110bd, 0x110bd},
      {0x110cd, 0x110cd}, {0x13430, 0x13438}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe00ff},
  }};
  if (code >= 0xe01f0) return false;
  return std::none_of(hidden.begin(), hidden.end(),
                      [code](const Range& range) { return code >= range.first && code <= range.second; });
}

void append_escape(std::string& out, std::uint32_t code) {
  const char letter = code < 0x100 ? 'x' : code < 0x10000 ? 'u' : 'U';
  const int digits = code < 0x100 ? 2 : code < 0x10000 ? 4 : 8;
  out.append({'\\', letter}).append(hex(code, digits).substr(2));
}

}  // namespace

void append_utf8(std::string& out, std::uint32_t code) {
  const auto tail = [&](int shift) { out.push_back(static_cast<char>(0x80 | ((code >> shift) & 0x3f))); };
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out.push_back(static_cast<char>(0xc0 | (code >> 6)));
    tail(0);
  } else if (code < 0x10000) {
    out.push_back(static_cast<char>(0xe0 | (code >> 12)));
    tail(6);
    tail(0);
  } else {
    out.push_back(static_cast<char>(0xf0 | (code >> 18)));
    tail(12);
    tail(6);
    tail(0);
  }
}

std::optional<std::size_t> invalid_utf8(std::string_view text, bool surrogates) {
  for (std::size_t at = 0; at < text.size();) {
    // Most texts are ASCII: eight letters at once.
    std::uint64_t word = 0;
    if (text.size() - at >= sizeof word) {
      std::memcpy(&word, text.data() + at, sizeof word);
      if ((word & 0x8080808080808080u) == 0) {
        at += sizeof word;
        continue;
      }
    }
    const std::size_t length = sequence_length(static_cast<unsigned char>(text[at]));
    if (length == 0 || length > text.size() - at || !is_sequence(text.substr(at, length), surrogates)) return at;
    at += length;
  }
  return std::nullopt;
}

bool is_latin1_letter(std::string_view text) noexcept {
  if (text.size() < 2) return true;
  const auto first = static_cast<unsigned char>(text.front());
  return text.size() == 2 && (first == 0xc2 || first == 0xc3);
}

std::uint32_t take_utf8(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const std::size_t length = std::max<std::size_t>(sequence_length(first), 1);
  std::uint32_t code = length == 1 ? first : first & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) code = (code << 6) | (static_cast<unsigned char>(text[i]) & 0x3fu);
  text.remove_prefix(length);
  return code;
}

std::string utf8_of_latin1(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  for (const char letter : bytes) append_utf8(text, static_cast<unsigned char>(letter));
  return text;
}

std::optional<std::string> latin1_of_utf8(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  while (!text.empty()) {
    const std::uint32_t code = take_utf8(text);
    if (code > 0xff) return std::nullopt;
    bytes.push_back(static_cast<char>(code));
  }
  return bytes;
}

std::string python_repr(std::string_view text) {
  const bool double_quotes = text.find('\'') != std::string_view::npos && text.find('"') == std::string_view::npos;
  const char quote = double_quotes ? '"' : '\'';
  std::string out(1, quote);
  while (!text.empty()) {
    const std::string_view before = text;
    const std::uint32_t code = take_utf8(text);
    if (code == static_cast<std::uint32_t>(quote) || code == '\\') {
      out.append({'\\', static_cast<char>(code)});
    } else if (code == '\n') {
      out.append("\\n");
    } else if (code == '\r') {
      out.append("\\r");
    } else if (code == '\t') {
      out.append("\\t");
    } else if (is_printable(code)) {
      out.append(before.substr(0, before.size() - text.size()));
    } else {
      append_escape(out, code);
    }
  }
  return out + quote;
}

}  // namespace larder::internal
