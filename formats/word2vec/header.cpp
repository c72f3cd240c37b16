#include "formats/word2vec/header.h"

#include <algorithm>
#include <charconv>

#include "base/checked.h"
#include "base/text.h"

namespace larder::internal {

namespace {

constexpr std::size_t longest_line = 64;

// A decimal number and what ends it.
std::optional<std::uint64_t> take_number(std::string_view& text, char end) {
  std::uint64_t number = 0;
  const auto [behind, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto length = static_cast<std::size_t>(behind - text.data());
  if (error != std::errc() || length == text.size() || text[length] != end) return std::nullopt;
  text.remove_prefix(length + 1);
  return number;
}

}  // namespace

std::optional<Word2VecHeader> parse_word2vec_header(std::string_view text) {
  std::string_view rest = text.substr(0, longest_line);
  const auto words = take_number(rest, ' ');
  if (!words) return std::nullopt;
  const auto size = take_number(rest, '\n');
  if (!size) return std::nullopt;
  return Word2VecHeader{*words, *size, std::min(text.size(), longest_line) - rest.size()};
}

Word2VecHeader read_word2vec_header(Reader& reader, const Limits& limits) {
  const std::string_view head = as_text(reader.peek(longest_line));
  const auto header = parse_word2vec_header(head);
  if (!header) {
    const bool is_cut = head.size() < longest_line && head.find_first_not_of("0123456789 ") == std::string_view::npos;
    fail(is_cut ? ErrorKind::truncated : ErrorKind::malformed,
         "the first line of a word2vec file is the number of words and the size of their vectors");
  }
  const auto elements = checked_mul(header->words, header->size);
  const auto bytes = elements ? checked_mul(*elements, sizeof(float)) : std::nullopt;
  if (!bytes || *bytes > limits.bytes) {
    fail(ErrorKind::limit, header->words, " vectors of ", header->size, " numbers are more than Limits::bytes allows, ",
         limits.bytes);
  }
  reader.consume(header->length);
  return *header;
}

}  // namespace larder::internal
