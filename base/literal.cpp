#include "base/literal.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/checked.h"
#include "base/text.h"
#include "base/unicode.h"

namespace larder::internal {
namespace {

using Kind = Literal::Kind;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The value of a digit in any base up to 16; 16 for what is no digit.
unsigned digit_value(char c) {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A') + 10;
  return 16;
}

class LiteralParser {
 public:
  LiteralParser(std::string_view text, const LiteralSyntax& syntax) : text_(text), syntax_(syntax) {}

  Literal whole() {
    if (!syntax_.latin1) {
      if (const auto wrong = invalid_utf8(text_)) refuse(*wrong, "the text is not UTF-8");
    }
    Literal result = value(0);
    skip_blanks();
    if (at_ < text_.size()) refuse(at_, "something follows the literal");
    return result;
  }

 private:
  template <class... Parts>
  [[noreturn]] void refuse(std::size_t where, const Parts&... parts) const {
    throw Error(ErrorKind::malformed, join(parts...)).at(join("byte ", syntax_.first_position + where));
  }
  template <class... Parts>
  [[noreturn]] void refuse_limit(std::size_t where, const Parts&... parts) const {
    throw Error(ErrorKind::limit, join(parts...)).at(join("byte ", syntax_.first_position + where));
  }

  char peek(std::size_t ahead = 0) const { return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0'; }
  bool take(char wanted) {
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  void skip_blanks() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
        ++at_;
      } else if (c == '\\' && (peek(1) == '\n' || peek(1) == '\r')) {
        at_ += 2;
      } else if (c == '#') {
        at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
      } else {
        return;
      }
    }
  }

  Literal value(std::size_t depth) {
    if (depth > syntax_.most_depth) refuse_limit(at_, "brackets are nested more than ", syntax_.most_depth, " deep");
    skip_blanks();
    if (at_ >= text_.size()) refuse(at_, "a literal is expected, but the text ends");
    Literal result;
    result.position = syntax_.first_position + at_;
    const char c = text_[at_];
    if (c == '(') {
      parenthesised(result, depth);
    } else if (c == '[') {
      result.kind = Kind::list;
      ++at_;
      items(result, ']', depth);
    } else if (c == '{') {
      dict(result, depth);
    } else if (c == '+' || c == '-') {
      ++at_;
      skip_blanks();
      integer(result);
      result.negative = c == '-' && result.magnitude != 0;
    } else if (is_digit(c)) {
      integer(result);
    } else if (c == '\'' || c == '"' || is_letter(c)) {
      word(result);
    } else {
      const auto code = static_cast<unsigned char>(c);
      refuse(at_, "a literal cannot start with ", code < 0x80 ? quoted({&c, 1}) : join("byte ", hex(code)));
    }
    return result;
  }

  // Reads `value, value, ...` up to `close`. Returns whether a comma stands before it.
  bool items(Literal& into, char close, std::size_t depth) {
    bool comma = false;
    for (;;) {
      skip_blanks();
      if (take(close)) return comma;
      into.items.push_back(value(depth + 1));
      skip_blanks();
      comma = take(',');
      if (!comma && peek() != close) refuse(at_, "a comma or ", quoted({&close, 1}), " is expected");
    }
  }

  void parenthesised(Literal& result, std::size_t depth) {
    const std::size_t position = result.position;
    ++at_;
    result.kind = Kind::tuple;
    const bool trailing_comma = items(result, ')', depth);
    if (result.items.size() == 1 && !trailing_comma) {
      Literal inner = std::move(result.items.front());
      result = std::move(inner);
      result.position = position;
    }
  }

  void dict(Literal& result, std::size_t depth) {
    result.kind = Kind::dict;
    ++at_;
    for (;;) {
      skip_blanks();
      if (take('}')) return;
      result.items.push_back(value(depth + 1));
      skip_blanks();
      if (!take(':')) refuse(at_, "a colon is expected after a key");
      result.items.push_back(value(depth + 1));
      skip_blanks();
      if (!take(',') && peek() != '}') refuse(at_, "a comma or '}' is expected");
    }
  }

  void integer(Literal& result) {
    result.kind = Kind::integer;
    const std::size_t start = at_;
    unsigned base = 10;
    if (peek() == '0') {
      const char mark = static_cast<char>(peek(1) | 0x20);
      base = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 10;
      if (base != 10) at_ += 2;
    }
    bool digit_needed = base == 10;  // 0x_f is legal, _1 is a name
    bool any = false;
    for (;; ++at_) {
      if (peek() == '_' && !digit_needed) {
        digit_needed = true;
        continue;
      }
      const unsigned digit = digit_value(peek());
      if (digit >= base) break;
      if (base == 10 && any && result.magnitude == 0 && digit != 0) refuse(start, "an integer must not start with 0");
      const auto scaled = checked_mul<std::uint64_t>(result.magnitude, base);
      const auto sum = scaled ? checked_add<std::uint64_t>(*scaled, digit) : std::nullopt;
      if (!sum) refuse_limit(start, "an integer is larger than 64 bits");
      result.magnitude = *sum;
      any = true;
      digit_needed = false;
    }
    if (!any || digit_needed) refuse(at_, "a digit is expected");
    if (syntax_.long_suffix) long_suffix();
    if (is_letter(peek()) || is_digit(peek()) || peek() == '.') refuse(start, "this is not an integer");
  }

  // Python 2's L, which may stand apart from the digits: older numpy wrote headers through its tokenizer.
  void long_suffix() {
    const std::size_t end = at_;
    while (peek() == ' ' || peek() == '\t') ++at_;
    if (peek() == 'L') {
      ++at_;
    } else {
      at_ = end;
    }
  }

  // A name or a string with its prefix.
  void word(Literal& result) {
    const std::size_t start = at_;
    while (is_letter(peek()) || is_digit(peek())) ++at_;
    const std::string_view name = text_.substr(start, at_ - start);
    if (peek() == '\'' || peek() == '"') {
      at_ = start;
      strings(result);
    } else if (name == "True" || name == "False") {
      result.kind = Kind::boolean;
      result.truth = name == "True";
    } else if (name != "None") {
      refuse(start, quoted(name), " is not a literal");
    }
  }

  // One string after another, which Python joins.
  void strings(Literal& result) {
    std::size_t start = at_;
    bool first = true;
    for (;;) {
      bool raw = false;
      const bool bytes = prefix(raw);
      const Kind kind = bytes ? Kind::bytes : Kind::text;
      if (!first && kind != result.kind) refuse(start, "text and bytes cannot be joined");
      result.kind = kind;
      string(result.text, raw, bytes);
      first = false;
      skip_blanks();
      start = at_;
      std::size_t letters = 0;
      while (is_letter(peek(letters))) ++letters;
      if (peek(letters) != '\'' && peek(letters) != '"') return;
    }
  }

  // Passes over u, r, b, rb or br. Returns whether these are bytes.
  bool prefix(bool& raw) {
    const std::size_t start = at_;
    std::string letters;
    while (is_letter(peek()) || is_digit(peek())) letters.push_back(static_cast<char>(text_[at_++] | 0x20));
    static constexpr std::array<std::string_view, 6> known = {"", "u", "r", "b", "rb", "br"};
    if (std::find(known.begin(), known.end(), letters) == known.end()) {
      refuse(start, "a string cannot start with ", quoted(letters));
    }
    raw = letters.find('r') != std::string::npos;
    return letters.find('b') != std::string::npos;
  }

  void string(std::string& out, bool raw, bool bytes) {
    const std::size_t start = at_;
    const char quote = text_[at_++];
    for (;;) {
      if (at_ >= text_.size()) refuse(start, "a string is not closed");
      const char c = text_[at_++];
      if (c == quote) return;
      if (c == '\n' || c == '\r') refuse(start, "a string is not closed on its line");
      if (c == '\0') refuse(at_ - 1, "a NUL byte stands in a string");
      const auto code = static_cast<unsigned char>(c);
      if (c == '\\' && raw) {
        out.push_back(c);
        if (peek() == quote || peek() == '\\') out.push_back(text_[at_++]);
      } else if (c == '\\') {
        escape(out, bytes);
      } else if (code < 0x80) {
        out.push_back(c);
      } else if (bytes) {
        refuse(at_ - 1, "bytes hold a letter that is not ASCII");
      } else if (syntax_.latin1) {
        append_utf8(out, code);
      } else {
        out.push_back(c);
      }
    }
  }

  // What follows a backslash.
  void escape(std::string& out, bool bytes) {
    const std::size_t start = at_ - 1;
    if (at_ >= text_.size()) refuse(start, "a string is not closed");
    static constexpr std::string_view letters = "\\'\"abfnrtv";
    static constexpr std::string_view meanings = "\\'\"\a\b\f\n\r\t\v";
    const char c = text_[at_++];
    if (const auto known = letters.find(c); known != std::string_view::npos) {
      out.push_back(meanings[known]);
    } else if (c == '\n') {
      return;
    } else if (c == '\r') {
      take('\n');
    } else if (c >= '0' && c <= '7') {
      --at_;
      append_code(out, digits(8, 0, 3), bytes, start);
    } else if (c == 'x') {
      append_code(out, digits(16, 2, 2), bytes, start);
    } else if (!bytes && (c == 'u' || c == 'U')) {
      const std::size_t count = c == 'u' ? 4 : 8;
      append_code(out, digits(16, count, count), bytes, start);
    } else if (!bytes && c == 'N') {
      refuse(start, "letters by name (\\N) are not supported");
    } else {
      out.push_back('\\');
      --at_;  // Python keeps the backslash of an escape that it does not know; the letter is read as any other
    }
  }

  std::uint32_t digits(unsigned base, std::size_t least, std::size_t most) {
    std::uint32_t code = 0;
    std::size_t count = 0;
    for (; count < most && digit_value(peek()) < base; ++count, ++at_) code = code * base + digit_value(peek());
    if (count < least) refuse(at_, least, " hexadecimal digits are expected");
    return code;
  }

  void append_code(std::string& out, std::uint32_t code, bool bytes, std::size_t start) const {
    if (code > 0x10ffff) refuse(start, "there is no letter ", hex(code));
    if (bytes) {
      out.push_back(static_cast<char>(code & 0xff));
    } else {
      append_utf8(out, code);
    }
  }

  std::string_view text_;
  const LiteralSyntax& syntax_;
  std::size_t at_ = 0;
};

}  // namespace

Literal parse_literal(std::string_view text, const LiteralSyntax& syntax) {
  return LiteralParser(text, syntax).whole();
}

std::string python_tuple(const std::vector<std::uint64_t>& numbers) {
  std::string out = "(";
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    out.append(i == 0 ? "" : ", ").append(std::to_string(numbers[i]));
  }
  return out + (numbers.size() == 1 ? ",)" : ")");
}

}  // namespace larder::internal
