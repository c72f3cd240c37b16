// Dtypes from numpy's names, letters, typestrings and comma-separated lists of these.
#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>

#include "arrays/dtype_parse.h"
#include "base/text.h"

namespace larder::internal {
namespace {

struct Named {
  std::string_view name;
  DTypeKind kind;
  std::size_t itemsize;
};

using enum DTypeKind;
constexpr std::size_t word = sizeof(void*);
constexpr std::size_t c_long = sizeof(long);
constexpr std::size_t wide = sizeof(long double);

// Names that numpy 1.24 or 2 understands, and those of ml_dtypes. Times are apart, for their units.
constexpr std::array names = std::to_array<Named>({
    {"bool", boolean, 1},
    {"bool_", boolean, 1},
    {"bool8", boolean, 1},
    {"int8", signed_int, 1},
    {"byte", signed_int, 1},
    {"int16", signed_int, 2},
    {"short", signed_int, 2},
    {"int32", signed_int, 4},
    {"intc", signed_int, 4},
    {"int64", signed_int, 8},
    {"longlong", signed_int, 8},
    {"intp", signed_int, word},
    {"int0", signed_int, word},
    {"int", signed_int, c_long},
    {"int_", signed_int, c_long},
    {"long", signed_int, c_long},
    {"uint8", unsigned_int, 1},
    {"ubyte", unsigned_int, 1},
    {"uint16", unsigned_int, 2},
    {"ushort", unsigned_int, 2},
    {"uint32", unsigned_int, 4},
    {"uintc", unsigned_int, 4},
    {"uint64", unsigned_int, 8},
    {"ulonglong", unsigned_int, 8},
    {"uintp", unsigned_int, word},
    {"uint0", unsigned_int, word},
    {"uint", unsigned_int, c_long},
    {"ulong", unsigned_int, c_long},
    {"float16", floating, 2},
    {"half", floating, 2},
    {"float32", floating, 4},
    {"single", floating, 4},
    {"float64", floating, 8},
    {"double", floating, 8},
    {"float", floating, 8},
    {"float_", floating, 8},
    {"float96", floating, 12},
    {"float128", floating, 16},
    {"longdouble", floating, wide},
    {"longfloat", floating, wide},
    {"complex64", complex, 8},
    {"csingle", complex, 8},
    {"singlecomplex", complex, 8},
    {"complex128", complex, 16},
    {"cdouble", complex, 16},
    {"cfloat", complex, 16},
    {"complex", complex, 16},
    {"complex_", complex, 16},
    {"complex192", complex, 24},
    {"complex256", complex, 32},
    {"clongdouble", complex, 2 * wide},
    {"clongfloat", complex, 2 * wide},
    {"longcomplex", complex, 2 * wide},
    {"object", object, 8},
    {"object_", object, 8},
    {"object0", object, 8},
    {"bytes", bytes, 0},
    {"bytes_", bytes, 0},
    {"bytes0", bytes, 0},
    {"string_", bytes, 0},
    {"str", unicode, 0},
    {"str_", unicode, 0},
    {"str0", unicode, 0},
    {"unicode", unicode, 0},
    {"unicode_", unicode, 0},
    {"void", raw, 0},
    {"void0", raw, 0},
    {"bfloat16", bfloat16, 2},
    {"float8_e4m3fn", float8_e4m3fn, 1},
    {"float8_e4m3fnuz", float8_e4m3fnuz, 1},
    {"float8_e5m2", float8_e5m2, 1},
    {"float8_e5m2fnuz", float8_e5m2fnuz, 1},
    {"float8_e8m0fnu", float8_e8m0fnu, 1},
});

// Typestrings without a size; a byte order may stand before them.
constexpr std::array letters = std::to_array<Named>({
    {"?", boolean, 1},
    {"b", signed_int, 1},
    {"h", signed_int, 2},
    {"i", signed_int, 4},
    {"l", signed_int, c_long},
    {"q", signed_int, 8},
    {"p", signed_int, word},
    {"B", unsigned_int, 1},
    {"H", unsigned_int, 2},
    {"I", unsigned_int, 4},
    {"L", unsigned_int, c_long},
    {"Q", unsigned_int, 8},
    {"P", unsigned_int, word},
    {"e", floating, 2},
    {"f", floating, 4},
    {"d", floating, 8},
    {"g", floating, wide},
    {"F", complex, 8},
    {"D", complex, 16},
    {"G", complex, 2 * wide},
    {"O", object, 8},
    {"O4", object, 8},
    {"c", bytes, 1},
    {"S", bytes, 0},
    {"a", bytes, 0},
    {"U", unicode, 0},
    {"V", raw, 0},
    {"bfloat16", bfloat16, 2},
    {"f1", float8_e5m2, 1},
});

// Letters in typestrings with a size.
struct Sized {
  char letter;
  DTypeKind kind;
};
constexpr std::array sized = std::to_array<Sized>({
    {'b', boolean},
    {'i', signed_int},
    {'u', unsigned_int},
    {'f', floating},
    {'c', complex},
    {'S', bytes},
    {'a', bytes},
    {'U', unicode},
    {'V', raw},
    {'O', object},
});

bool is_order(char c) { return c == '<' || c == '>' || c == '=' || c == '|'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

ByteOrder order_of(char c) {
  if (c == '<') return ByteOrder::little;
  return c == '>' ? ByteOrder::big : DType::native();
}

[[noreturn]] void refuse(std::string_view text) { fail(ErrorKind::malformed, "not a dtype of numpy: ", quoted(text)); }

template <class Table>
const Named* find_named(const Table& table, std::string_view name) {
  const auto found = std::find_if(table.begin(), table.end(), [&](const Named& known) { return known.name == name; });
  return found == table.end() ? nullptr : &*found;
}

DType with_size(char letter, std::string_view digits, ByteOrder order, std::string_view text) {
  const auto kind =
      std::find_if(sized.begin(), sized.end(), [&](const Sized& known) { return known.letter == letter; });
  std::uint64_t size = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
  if (kind == sized.end() || digits.empty() || end != digits.data() + digits.size()) refuse(text);
  // Beyond this every size is too large anyway, and times 4 it still fits.
  if (code != std::errc() || size > std::numeric_limits<std::uint32_t>::max()) {
    fail(ErrorKind::limit, "an element of dtype ", quoted(text), " is too large");
  }
  if (kind->kind == unicode) size *= 4;
  const bool any_size = kind->kind == bytes || kind->kind == unicode || kind->kind == raw;
  try {
    return DType::of(kind->kind, size, order);
  } catch (const Error& error) {
    if (any_size || error.kind() != ErrorKind::usage) throw;
    refuse(text);
  }
}

// "M8[ns]" and the like, whose name is `name`; nothing where the text is another.
std::optional<DType> as_time(std::string_view text, std::string_view name, DTypeKind kind, ByteOrder order) {
  if (!text.starts_with(name)) return std::nullopt;
  const std::string_view rest = text.substr(name.size());
  if (rest.empty()) return DType::time(kind, "generic", order);
  if (rest.front() != '[' || rest.back() != ']') return std::nullopt;
  return DType::time(kind, rest.substr(1, rest.size() - 2), order);
}

DType single(std::string_view text) {
  if (text.empty()) refuse(text);
  if (const Named* known = find_named(names, text)) return DType::of(known->kind, known->itemsize);
  for (const auto& [name, kind] : {std::pair("datetime64", datetime), std::pair("timedelta64", timedelta)}) {
    if (const auto dtype = as_time(text, name, kind, DType::native())) return *dtype;
  }
  const ByteOrder order = order_of(text[0]);
  const std::string_view rest = text.substr(is_order(text[0]) ? 1 : 0);
  if (rest.empty()) refuse(text);
  if (const Named* known = find_named(letters, rest)) return DType::of(known->kind, known->itemsize, order);
  if (rest == "M" || rest == "m") return DType::time(rest == "M" ? datetime : timedelta, "generic", order);
  for (const auto& [name, kind] : {std::pair("M8", datetime), std::pair("m8", timedelta)}) {
    if (const auto dtype = as_time(rest, name, kind, order)) return *dtype;
  }
  return with_size(rest[0], rest.substr(1), order, text);
}

// Whether numpy takes the text for a list with commas: commas outside brackets, or a repeat count in front.
bool is_list(std::string_view text) {
  const std::string_view first = text.substr(!text.empty() && is_order(text[0]) ? 1 : 0);
  if (!first.empty() && (is_digit(first[0]) || first[0] == '(')) return true;
  bool in_brackets = false;
  for (const char c : text) {
    if (c == '[' || c == ']') in_brackets = c == '[';
    if (c == ',' && !in_brackets) return true;
  }
  return false;
}

// Takes one item off a list: an order, how often it is repeated, an order again, and the dtype.
class ListReader {
 public:
  explicit ListReader(std::string_view text) : text_(text), rest_(text) {}

  bool done() const { return rest_.empty(); }

  DType next() {
    const char first_order = take_order();
    const std::string_view repeats = take_repeats();
    const auto position = static_cast<std::size_t>(repeats.data() - text_.data());
    const char second_order = take_order();
    if (first_order != '=' && second_order != '=' && order_of(first_order) != order_of(second_order)) refuse(text_);
    const char order = first_order != '=' ? first_order : second_order;
    const std::string_view name = take_name();
    const DType base = single(order == '=' ? std::string(name) : join(order, name));
    skip_separator();
    return repeats.empty() ? base : repeated(base, parse_literal(repeats, {.first_position = position}));
  }

 private:
  // '=' where none stands there, which means the same.
  char take_order() {
    if (rest_.empty() || !is_order(rest_[0])) return '=';
    const char order = rest_[0];
    rest_.remove_prefix(1);
    return order == '|' ? '=' : order;
  }

  std::string_view take_repeats() {
    skip_blanks();
    std::size_t size = 0;
    if (!rest_.empty() && rest_[0] == '(') {
      size = std::min(rest_.find(')'), rest_.size() - 1) + 1;
    } else {
      while (size < rest_.size() && is_digit(rest_[size])) ++size;
    }
    const std::string_view repeats = rest_.substr(0, size);
    rest_.remove_prefix(size);
    skip_blanks();
    return repeats;
  }

  std::string_view take_name() {
    std::size_t size = std::min(rest_.find_first_of(" ,["), rest_.size());
    if (size < rest_.size() && rest_[size] == '[') size = std::min(rest_.find(']', size), rest_.size() - 1) + 1;
    const std::string_view name = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return name;
  }

  void skip_separator() {
    skip_blanks();
    if (rest_.empty()) return;
    if (rest_[0] != ',') refuse(text_);
    rest_.remove_prefix(1);
    skip_blanks();
  }

  void skip_blanks() { rest_.remove_prefix(std::min(rest_.find_first_not_of(' '), rest_.size())); }

  std::string_view text_;
  std::string_view rest_;
};

DType list(std::string_view text) {
  std::vector<Field> fields;
  std::size_t offset = 0;
  for (ListReader reader(text); !reader.done();) {
    Field field{join("f", fields.size()), reader.next(), offset, std::nullopt};
    offset += field.dtype.itemsize();
    fields.push_back(std::move(field));
  }
  if (fields.size() == 1) return fields.front().dtype;
  return DType::structure(std::move(fields), offset);
}

}  // namespace

DType dtype_from_text(std::string_view text) { return is_list(text) ? list(text) : single(text); }

}  // namespace larder::internal
