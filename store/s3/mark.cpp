#include "store/s3/mark.h"

#include <array>
#include <charconv>
#include <cmath>

#include "base/ascii.h"
#include "base/text.h"
#include "io/temporary_file.h"

namespace larder::internal::s3 {

namespace {

constexpr std::string_view version = "1-";
constexpr std::size_t digits_of_put = 32;
constexpr std::size_t digits_of_xxh3 = 16;

bool are_digits(std::string_view text, std::size_t count) {
  return text.size() == count && is_made_of(text, "0123456789abcdef");
}

// "name=value" of a type, in small letters and without the quotes that a value may have.
struct Parameter {
  std::string name;
  std::string value;
};

Parameter parse_parameter(std::string_view text) {
  const std::size_t equals = std::min(text.find('='), text.size());
  Parameter parameter{lowered(trimmed(text.substr(0, equals))), {}};
  std::string_view value = trimmed(text.substr(std::min(equals + 1, text.size())));
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') value = value.substr(1, value.size() - 2);
  parameter.value = lowered(value);
  return parameter;
}

bool is_of_mark(const Parameter& parameter) {
  return parameter.name == "larder" || parameter.name == "xxh3" || parameter.name == "cost";
}

// Calls `hear` for the text between each two semicolons, but for the first: the type itself, which is returned.
template <class Hear>
std::string_view split_type(std::string_view type, const Hear& hear) {
  const std::string_view media = type.substr(0, type.find(';'));
  for (std::size_t at = media.size(); at < type.size();) {
    const std::size_t end = std::min(type.find(';', at + 1), type.size());
    hear(type.substr(at + 1, end - at - 1));
    at = end;
  }
  return media;
}

// Each of these is false where the mark has it already, or the text is none.

bool add_put(std::string_view text, Mark& mark) {
  if (!mark.put.empty() || !text.starts_with(version)) return false;
  text.remove_prefix(version.size());
  mark.put = text;
  return are_digits(text, digits_of_put);
}

bool add_xxh3(std::string_view digits, Mark& mark) {
  if (mark.xxh3 || !are_digits(digits, digits_of_xxh3)) return false;
  std::uint64_t value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  mark.xxh3 = value;
  return true;
}

bool add_cost(std::string_view number, Mark& mark) {
  double cost = 0;
  const char* const end = number.data() + number.size();
  const auto [stop, error] = std::from_chars(number.data(), end, cost);
  if (mark.cost || error != std::errc() || stop != end || !std::isfinite(cost) || cost < 0) return false;
  mark.cost = cost;
  return true;
}

bool add(const Parameter& parameter, Mark& mark) {
  if (parameter.name == "larder") return add_put(parameter.value, mark);
  if (parameter.name == "xxh3") return add_xxh3(parameter.value, mark);
  if (parameter.name == "cost") return add_cost(parameter.value, mark);
  return true;
}

// The shortest text that is read as this very number.
std::string shortest(double number) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

}  // namespace

Mark new_mark() { return {.put = random_digits()}; }

std::string marked_type(const Mark& mark, std::string_view type) {
  std::string others;
  const std::string_view media = split_type(type, [&](std::string_view text) {
    if (!is_of_mark(parse_parameter(text))) others += join(";", text);
  });
  std::string out = join(media, others, "; larder=", version, mark.put);
  if (mark.xxh3) out += join("; xxh3=", hex(*mark.xxh3, digits_of_xxh3).substr(2));
  if (mark.cost) out += join("; cost=", shortest(*mark.cost));
  return out;
}

std::optional<Mark> mark_of(std::string_view type) {
  Mark mark;
  bool is_mark = true;
  split_type(type, [&](std::string_view text) { is_mark = add(parse_parameter(text), mark) && is_mark; });
  if (!is_mark || mark.put.empty()) return std::nullopt;
  return mark;
}

Stat stat_of(const Head& head) {
  Stat stat{.size = head.size, .modified = head.modified, .etag = head.etag, .metadata = head.metadata};
  stat.crc32 = head.crc32;
  const auto mark = mark_of(head.type);
  if (!mark) return stat;
  stat.etag = store_etag(head.etag, *mark);
  stat.xxh3 = mark->xxh3;
  stat.cost = mark->cost;
  return stat;
}

std::string store_etag(std::string_view etag, const Mark& mark) { return join(etag, '@', mark.put); }

std::string_view server_etag(std::string_view etag) { return etag.substr(0, etag.rfind('@')); }

}  // namespace larder::internal::s3
