#include "formats/pickle/text_arguments.h"

#include <charconv>
#include <limits>
#include <optional>

#include "base/text.h"
#include "base/unicode.h"
#include "document/integer.h"

namespace larder::internal {

namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  return first == std::string_view::npos ? std::string_view()
                                         : text.substr(first, text.find_last_not_of(" \t\r") + 1 - first);
}

std::string_view without_sign(std::string_view text) {
  return text.starts_with('-') || text.starts_with('+') ? text.substr(1) : text;
}

// An integer in `base` 8, 10 or 16, its prefix (`prefix` characters behind the sign) left out.
Value parse_digits(std::string_view text, std::size_t prefix, unsigned base, Document& document, const Limits& limits) {
  const std::string_view digits = without_sign(text).substr(prefix);
  if (digits.size() > limits.int_digits)
    fail(ErrorKind::limit, "an integer of ", digits.size(), " digits; Limits::int_digits allows ", limits.int_digits);
  const std::string number = (text.starts_with('-') ? "-" : "") + std::string(digits);
  const auto bytes = digits.starts_with('-') || digits.starts_with('+') ? std::nullopt : bytes_of_text(number, base);
  if (!bytes) fail(ErrorKind::malformed, quoted(text), " is no integer");
  return document.integer(as_bytes(*bytes));
}

bool is_hexadecimal(std::string_view text) {
  const std::string_view digits = without_sign(text);
  return digits.starts_with("0x") || digits.starts_with("0X");
}

// As Python source has it: decimal without leading zeros, or hexadecimal.
Value parse_python_integer(std::string_view text, Document& document, const Limits& limits) {
  text = trimmed(text);
  if (is_hexadecimal(text)) return parse_digits(text, 2, 16, document, limits);
  const std::string_view digits = without_sign(text);
  if (digits.size() > 1 && digits.starts_with('0') && digits.find_first_not_of('0') != std::string_view::npos)
    fail(ErrorKind::malformed, quoted(text), " is no integer");
  return parse_digits(text, 0, 10, document, limits);
}

std::optional<unsigned> digit_of(char letter, unsigned base) {
  unsigned value = 0;
  const auto [end, error] = std::from_chars(&letter, &letter + 1, value, static_cast<int>(base));
  if (error != std::errc() || end != &letter + 1) return std::nullopt;
  return value;
}

// The escape that starts behind the backslash at text[at]; moves `at` behind it.
void append_string_escape(std::string& out, std::string_view text, std::size_t& at) {
  static constexpr std::string_view letters = "abfnrtv\\'\"";
  static constexpr std::string_view meanings = "\a\b\f\n\r\t\v\\'\"";
  const char letter = text[at++];
  if (const auto known = letters.find(letter); known != std::string_view::npos) {
    out.push_back(meanings[known]);
  } else if (letter == 'x') {
    const auto high = at < text.size() ? digit_of(text[at], 16) : std::nullopt;
    const auto low = at + 1 < text.size() ? digit_of(text[at + 1], 16) : std::nullopt;
    if (!high || !low) fail(ErrorKind::malformed, "a STRING has an incomplete \\x escape");
    out.push_back(static_cast<char>(*high * 16 + *low));
    at += 2;
  } else if (const auto first = digit_of(letter, 8)) {
    unsigned value = *first;
    for (int i = 0; i < 2 && at < text.size(); ++i) {
      const auto next = digit_of(text[at], 8);
      if (!next) break;
      value = value * 8 + *next;
      ++at;
    }
    out.push_back(static_cast<char>(value & 0xff));
  } else {
    out.push_back('\\');
    out.push_back(letter);
  }
}

}  // namespace

Value parse_int(std::string_view text, Document& document, const Limits& limits) {
  // CPython takes any two letters for a bool that C reads as 0 or 1: picklers write 00 and 01.
  constexpr std::string_view before_digit = "0+- \t\v\f\r";
  if (text.size() == 2 && before_digit.find(text[0]) != std::string_view::npos) {
    if (text[1] == '0') return Value::boolean(false);
    if (text[1] == '1' && text[0] != '-') return Value::boolean(true);
  }
  const std::string_view number = trimmed(text);
  const std::string_view digits = without_sign(number);
  const bool octal = digits.size() > 1 && digits.starts_with('0') && !is_hexadecimal(number);
  // CPython takes octal numbers from C, which knows no space behind them.
  if (!octal || !text.ends_with(number)) return parse_python_integer(text, document, limits);
  return parse_digits(number, 1, 8, document, limits);
}

Value parse_long(std::string_view text, Document& document, const Limits& limits) {
  if (text.ends_with('L')) text.remove_suffix(1);
  return parse_python_integer(text, document, limits);
}

double parse_float(std::string_view text) {
  const std::string_view number = text.starts_with('+') ? text.substr(1) : text;
  double value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  const bool whole = end == number.data() + number.size() && !number.empty() && !number.ends_with(')');
  if (!whole || (text.starts_with('+') && number.starts_with('-')))
    fail(ErrorKind::malformed, quoted(text), " is no float");
  if (error == std::errc()) return value;
  // Out of range: too small is zero; which of the two it is tells the exponent's sign, or, without an exponent, a
  // leading zero.
  const auto exponent = number.find_first_of("eE");
  const bool tiny = exponent != std::string_view::npos ? number.substr(exponent + 1).starts_with('-')
                                                       : without_sign(number).starts_with('0');
  if (!tiny) fail(ErrorKind::malformed, "the float ", quoted(text), " overflows");
  return number.starts_with('-') ? -0.0 : 0.0;
}

std::string parse_string(std::string_view text) {
  const char quote = text.empty() ? '\0' : text.front();
  if (text.size() < 2 || (quote != '\'' && quote != '"') || text.back() != quote)
    fail(ErrorKind::malformed, "a STRING is not in quotes");
  text = text.substr(1, text.size() - 2);
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char letter = text[at++];
    if (letter != '\\') {
      out.push_back(letter);
    } else {
      if (at == text.size()) fail(ErrorKind::malformed, "a STRING ends in a backslash");
      append_string_escape(out, text, at);
    }
  }
  return out;
}

std::string parse_unicode(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const char letter = text[at++];
    const char next = letter == '\\' && at < text.size() ? text[at] : '\0';
    if (next != 'u' && next != 'U') {
      append_utf8(out, static_cast<unsigned char>(letter));
      // The second of two backslashes cannot start an escape.
      if (next == '\\') {
        out.push_back(next);
        ++at;
      }
      continue;
    }
    const std::string_view digits = text.substr(at + 1, next == 'u' ? 4 : 8);
    std::uint32_t code_point = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code_point, 16);
    const bool complete =
        digits.size() == (next == 'u' ? 4u : 8u) && error == std::errc() && end == digits.data() + digits.size();
    if (!complete || code_point > 0x10ffff) fail(ErrorKind::malformed, "a UNICODE text has a bad \\", next, " escape");
    append_utf8(out, code_point);
    at += 1 + digits.size();
  }
  return out;
}

std::string unicode_text(std::string_view utf8) {
  std::string out;
  while (!utf8.empty()) {
    const std::uint32_t code = take_utf8(utf8);
    const bool plain = code < 0x100 && code != '\\' && code != 0 && code != '\n' && code != '\r' && code != 0x1a;
    if (plain) {
      out.push_back(static_cast<char>(code));
      continue;
    }
    const bool wide = code > 0xffff;
    out.append(wide ? "\\U" : "\\u");
    for (int shift = wide ? 28 : 12; shift >= 0; shift -= 4) out.push_back("0123456789abcdef"[(code >> shift) & 15]);
  }
  return out;
}

std::uint64_t parse_index(std::string_view text) {
  std::uint64_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  // An index beyond 64 bits is legal in Python; as large as this it can only be one more label, so it is refused by its
  // size.
  if (error == std::errc::result_out_of_range)
    fail(ErrorKind::limit, "the memo index ", quoted(text), " does not fit 64 bits");
  if (error != std::errc() || end != text.data() + text.size())
    fail(ErrorKind::malformed, quoted(text), " is no memo index");
  return index;
}

}  // namespace larder::internal
