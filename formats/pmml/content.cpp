#include "formats/pmml/content.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace larder::internal {

namespace {

constexpr std::string_view blanks = " \t\r\n";

// The next word of `content`, taken off it; empty at the end.
std::string_view take_word(std::string_view& content) {
  content.remove_prefix(std::min(content.size(), content.find_first_not_of(blanks)));
  const std::string_view word = content.substr(0, content.find_first_of(blanks));
  content.remove_prefix(word.size());
  return word;
}

template <class Number>
std::vector<Number> parse_numbers(std::string_view content, std::string_view what) {
  std::vector<Number> numbers;
  for (std::string_view word = take_word(content); !word.empty(); word = take_word(content)) {
    const std::string_view digits = word.substr(word.starts_with('+') ? 1 : 0);
    Number number{};
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (error != std::errc() || end != digits.data() + digits.size())
      fail(ErrorKind::malformed, "an array holds ", quoted(word), ", which is no ", what);
    numbers.push_back(number);
  }
  return numbers;
}

// A text up to its quote or, without one, up to a blank. Only a quote is escaped, by a backslash.
std::string take_text(std::string_view& content) {
  const bool is_quoted = content.front() == '"';
  content.remove_prefix(is_quoted ? 1 : 0);
  std::string text;
  while (!content.empty()) {
    const bool ends = is_quoted ? content.front() == '"' : blanks.find(content.front()) != blanks.npos;
    if (ends) {
      content.remove_prefix(1);
      return text;
    }
    if (content.starts_with("\\\"")) content.remove_prefix(1);
    text += content.front();
    content.remove_prefix(1);
  }
  if (is_quoted) fail(ErrorKind::malformed, "an array holds a text whose quote does not end");
  return text;
}

std::string in_quotes(std::string_view text) {
  std::string made = "\"";
  for (const char letter : text) {
    if (letter == '"') made += '\\';
    made += letter;
  }
  return made + '"';
}

}  // namespace

std::vector<std::string> parse_texts(std::string_view content) {
  std::vector<std::string> texts;
  for (;;) {
    content.remove_prefix(std::min(content.size(), content.find_first_not_of(blanks)));
    if (content.empty()) return texts;
    texts.push_back(take_text(content));
  }
}

std::vector<std::int64_t> parse_integers(std::string_view content) {
  return parse_numbers<std::int64_t>(content, "integer");
}

std::vector<double> parse_reals(std::string_view content) { return parse_numbers<double>(content, "number"); }

std::string text_of_integer(std::int64_t number) { return std::to_string(number); }

std::string text_of_real(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number < 0 ? "-INF" : "INF";
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return {digits.data(), end};
}

std::string content_of(std::span<const std::string> texts) {
  std::string content;
  for (const std::string& text : texts) {
    const bool is_plain = !text.empty() && text.find_first_of("\"\\ \t\r\n") == text.npos;
    const std::string written = is_plain ? text : in_quotes(text);
    if (!is_plain && parse_texts(written) != std::vector{text})
      fail(ErrorKind::unsupported, "an array of PMML cannot hold the text ", quoted(text));
    content += (content.empty() ? "" : " ") + written;
  }
  return content;
}

}  // namespace larder::internal
