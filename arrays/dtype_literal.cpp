#include <larder/error.h>

#include "arrays/dtype_parse.h"
#include "base/text.h"

namespace larder {

using internal::Literal;

namespace internal {
namespace {

using Kind = Literal::Kind;

// Runs `work`, adding to its errors where `literal` stands.
template <class Work>
auto located(const Literal& literal, const Work& work) {
  try {
    return work();
  } catch (Error& error) {
    error.at(join("byte ", literal.position));
    throw;
  }
}

template <class... Parts>
[[noreturn]] void refuse(const Literal& literal, const Parts&... parts) {
  throw Error(ErrorKind::malformed, join(parts...)).at(join("byte ", literal.position));
}

std::uint64_t length(const Literal& literal) {
  if (literal.kind != Kind::integer || literal.negative) {
    refuse(literal, "a length in a dtype must be an integer that is not negative");
  }
  return literal.magnitude;
}

// A field as it stands in the list: its name and title, and its type with the shape applied.
struct Entry {
  Field field;
  bool is_gap = false;
};

void read_name(const Literal& literal, Field& field) {
  const bool titled = literal.kind == Kind::tuple && literal.items.size() == 2;
  const Literal& name = titled ? literal.items[1] : literal;
  if (name.kind != Kind::text) refuse(name, "a field's name must be a text, or a tuple of title and name");
  field.name = name.text;
  if (!titled || literal.items[0].kind == Kind::none) return;
  if (literal.items[0].kind != Kind::text) refuse(literal.items[0], "a field's title must be a text");
  field.title = literal.items[0].text;
}

Entry read_entry(const Literal& literal) {
  const std::size_t size = literal.items.size();
  if ((literal.kind != Kind::tuple && literal.kind != Kind::list) || size < 2 || size > 3) {
    refuse(literal, "a field must be (name, dtype) or (name, dtype, shape)");
  }
  Entry entry;
  read_name(literal.items[0], entry.field);
  entry.field.dtype = dtype_from_literal(literal.items[1]);
  if (size == 3) entry.field.dtype = repeated(entry.field.dtype, literal.items[2]);
  const DTypeKind kind = entry.field.dtype.kind();
  entry.is_gap = literal.items[0].kind == Kind::text && entry.field.name.empty() &&
                 (kind == DTypeKind::raw || kind == DTypeKind::subarray);
  return entry;
}

DType structure_from(const Literal& list) {
  std::vector<Field> fields;
  std::size_t offset = 0;  // cannot wrap: each element is below 2^31 and a text has less than 2^32 fields in memory
  for (const Literal& item : list.items) {
    Entry entry = read_entry(item);
    entry.field.offset = offset;
    offset += entry.field.dtype.itemsize();
    if (!entry.is_gap) fields.push_back(std::move(entry.field));
  }
  return located(list, [&] { return DType::structure(std::move(fields), offset); });
}

// Whether a description is a Python literal rather than one of numpy's texts: "(2,3)f4" is a text, "('f4', 3)" is not.
bool is_literal(std::string_view text) {
  const std::size_t start = text.find_first_not_of(" \t\r\n\f(");
  if (start == std::string_view::npos) return text.find('(') != std::string_view::npos;
  const std::string_view rest = text.substr(start);
  if (rest[0] == '[' || rest[0] == '\'' || rest[0] == '"') return true;
  return rest.size() > 1 && (rest[1] == '\'' || rest[1] == '"');
}

}  // namespace

DType repeated(const DType& base, const Literal& shape) {
  const bool sizeless = base.itemsize() == 0 && (base.kind() == DTypeKind::bytes || base.kind() == DTypeKind::unicode ||
                                                 base.kind() == DTypeKind::raw);
  if (shape.kind == Kind::integer) {
    const std::uint64_t count = length(shape);
    return located(shape, [&] {
      if (sizeless) return dtype_from_text(join(base.typestr().substr(0, 2), count));
      return count == 1 ? base : DType::subarray(base, {count});
    });
  }
  if (shape.kind != Kind::tuple && shape.kind != Kind::list) {
    refuse(shape, "the shape of a sub-array must be an integer or a tuple of integers");
  }
  if (sizeless) refuse(shape, "a text or raw dtype without a size cannot be repeated");
  std::vector<std::uint64_t> lengths;
  for (const Literal& item : shape.items) lengths.push_back(length(item));
  return located(shape, [&] { return DType::subarray(base, std::move(lengths)); });
}

DType dtype_from_literal(const Literal& descr) {
  switch (descr.kind) {
    case Kind::text:
      return located(descr, [&] { return dtype_from_text(descr.text); });
    case Kind::tuple:
      if (descr.items.size() != 2) refuse(descr, "a tuple that describes a dtype must be (base, shape)");
      return repeated(dtype_from_literal(descr.items[0]), descr.items[1]);
    case Kind::list:
      return structure_from(descr);
    default:
      refuse(descr, "a dtype must be described by a text, a (base, shape) tuple or a list of fields");
  }
}

}  // namespace internal

DType DType::parse(std::string_view descr) {
  if (!internal::is_literal(descr)) return internal::dtype_from_text(descr);
  return internal::dtype_from_literal(internal::parse_literal(descr));
}

}  // namespace larder
