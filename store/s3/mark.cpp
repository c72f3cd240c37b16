#include "store/s3/mark.h"

#include <charconv>
#include <cmath>

#include "base/text.h"
#include "io/temporary_file.h"

namespace larder::internal::s3 {

namespace {

constexpr std::string_view version = "1 ";
constexpr std::size_t digits_of_put = 32;
constexpr std::size_t digits_of_xxh3 = 16;

bool are_digits(std::string_view text, std::size_t count) {
  return text.size() == count && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// The text before the next blank, which is taken off with it.
std::string_view take_word(std::string_view& text) {
  const std::string_view word = text.substr(0, text.find(' '));
  text.remove_prefix(std::min(text.size(), word.size() + 1));
  return word;
}

bool parse_xxh3(std::string_view digits, Mark& mark) {
  if (mark.xxh3 || !are_digits(digits, digits_of_xxh3)) return false;
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  mark.xxh3 = value;
  return true;
}

bool parse_cost(std::string_view number, Mark& mark) {
  double cost = 0;
  const char* const end = number.data() + number.size();
  const auto [stop, error] = std::from_chars(number.data(), end, cost);
  if (mark.cost || error != std::errc() || stop != end || !std::isfinite(cost) || cost < 0) return false;
  mark.cost = cost;
  return true;
}

bool parse_field(std::string_view field, Mark& mark) {
  if (field.starts_with("x=")) return parse_xxh3(field.substr(2), mark);
  if (field.starts_with("c=")) return parse_cost(field.substr(2), mark);
  return false;
}

// The shortest text that is read as this very number.
std::string shortest(double number) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

}  // namespace

Mark new_mark() { return {.put = random_digits()}; }

std::string format(const Mark& mark) {
  std::string text = join(version, mark.put);
  if (mark.xxh3) text += join(" x=", hex(*mark.xxh3, digits_of_xxh3).substr(2));
  if (mark.cost) text += join(" c=", shortest(*mark.cost));
  return text;
}

std::optional<Mark> parse_mark(std::string_view text) {
  if (!text.starts_with(version)) return std::nullopt;
  text.remove_prefix(version.size());
  Mark mark;
  mark.put = take_word(text);
  if (!are_digits(mark.put, digits_of_put)) return std::nullopt;
  while (!text.empty())
    if (!parse_field(take_word(text), mark)) return std::nullopt;
  return mark;
}

std::optional<Mark> mark_of(const Head& head) {
  const auto at = head.metadata.find(std::string(mark_name));
  return at == head.metadata.end() ? std::nullopt : parse_mark(at->second);
}

UserMetadata marked(UserMetadata metadata, const Mark& mark) {
  if (!metadata.emplace(mark_name, format(mark)).second)
    fail(ErrorKind::usage, "metadata on S3 cannot be called \"", mark_name, "\": larder keeps its own there");
  return metadata;
}

Stat stat_of(const Head& head) {
  Stat stat{.size = head.size, .modified = head.modified, .etag = head.etag, .metadata = head.metadata};
  stat.crc32 = head.crc32;
  const auto mark = mark_of(head);
  if (!mark) return stat;
  stat.metadata.erase(std::string(mark_name));
  stat.etag = store_etag(head.etag, *mark);
  stat.xxh3 = mark->xxh3;
  stat.cost = mark->cost;
  return stat;
}

std::string store_etag(std::string_view etag, const Mark& mark) { return join(etag, '@', mark.put); }

std::string_view server_etag(std::string_view etag) { return etag.substr(0, etag.rfind('@')); }

}  // namespace larder::internal::s3
