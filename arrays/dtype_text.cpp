// How dtypes are written: DType::typestr, descr and name.
#include <larder/dtype.h>

#include "base/literal.h"
#include "base/text.h"
#include "base/unicode.h"

namespace larder {

using internal::fail;
using internal::join;

namespace {

// numpy's letter for the kind. The small floats appear as what ml_dtypes' arrays are in .npy files: raw bytes.
char letter_of(DTypeKind kind) {
  switch (kind) {
    case DTypeKind::boolean:
      return 'b';
    case DTypeKind::signed_int:
      return 'i';
    case DTypeKind::unsigned_int:
      return 'u';
    case DTypeKind::floating:
      return 'f';
    case DTypeKind::complex:
      return 'c';
    case DTypeKind::bytes:
      return 'S';
    case DTypeKind::unicode:
      return 'U';
    case DTypeKind::datetime:
      return 'M';
    case DTypeKind::timedelta:
      return 'm';
    case DTypeKind::object:
      return 'O';
    default:
      return 'V';
  }
}

// The names of the small floats; empty for other kinds.
std::string_view small_float_name(DTypeKind kind) {
  switch (kind) {
    case DTypeKind::bfloat16:
      return "bfloat16";
    case DTypeKind::float8_e4m3fn:
      return "float8_e4m3fn";
    case DTypeKind::float8_e4m3fnuz:
      return "float8_e4m3fnuz";
    case DTypeKind::float8_e5m2:
      return "float8_e5m2";
    case DTypeKind::float8_e5m2fnuz:
      return "float8_e5m2fnuz";
    case DTypeKind::float8_e8m0fnu:
      return "float8_e8m0fnu";
    default:
      return {};
  }
}

char order_letter(const DType& dtype) {
  if (dtype.order() == ByteOrder::big) return '>';
  if (dtype.order() == ByteOrder::little) return '<';
  if (small_float_name(dtype.kind()).empty()) return '|';
  return DType::native() == ByteOrder::little ? '<' : '>';  // ml_dtypes calls single bytes native
}

std::string unit_in_brackets(const DType& dtype) {
  return dtype.unit() == "generic" ? std::string() : join('[', dtype.unit(), ']');
}

// Whether a list of fields and gaps can say this: fields one behind the other.
bool is_in_order(const DType& structure) {
  std::size_t end = 0;
  for (const Field& field : structure.fields()) {
    if (field.offset < end) return false;
    end = field.offset + field.dtype.itemsize();
  }
  return true;
}

void append_description(std::string& out, const DType& dtype);

void append_field_list(std::string& out, const DType& dtype) {
  std::size_t end = 0;
  const char* separator = "";
  const auto append_gap = [&](std::size_t until) {
    if (until > end) out.append(join(separator, "('', '|V", until - end, "')"));
    if (until > end) separator = ", ";
  };
  out.push_back('[');
  for (const Field& field : dtype.fields()) {
    append_gap(field.offset);
    end = field.offset + field.dtype.itemsize();
    const std::string name = internal::python_repr(field.name);
    out.append(separator).append("(");
    out.append(field.title ? join('(', internal::python_repr(*field.title), ", ", name, ')') : name).append(", ");
    append_description(out, field.dtype.base());
    if (field.dtype.kind() == DTypeKind::subarray) out.append(", ").append(internal::python_tuple(field.dtype.shape()));
    out.push_back(')');
    separator = ", ";
  }
  append_gap(dtype.itemsize());
  out.push_back(']');
}

// numpy's other form, for fields that overlap or are out of order.
void append_field_dict(std::string& out, const DType& dtype) {
  const auto append_list = [&](std::string_view key, const auto& append_item) {
    out.append(key).append("[");
    const char* separator = "";
    for (const Field& field : dtype.fields()) {
      out.append(separator);
      append_item(field);
      separator = ", ";
    }
    out.append("], ");
  };
  bool titles = false;
  for (const Field& field : dtype.fields()) titles = titles || field.title.has_value();
  append_list("{'names': ", [&](const Field& field) { out.append(internal::python_repr(field.name)); });
  append_list("'formats': ", [&](const Field& field) { append_description(out, field.dtype); });
  append_list("'offsets': ", [&](const Field& field) { out.append(std::to_string(field.offset)); });
  if (titles) {
    append_list("'titles': ", [&](const Field& field) {
      out.append(field.title ? internal::python_repr(*field.title) : std::string("None"));
    });
  }
  out.append(join("'itemsize': ", dtype.itemsize(), '}'));
}

void append_description(std::string& out, const DType& dtype) {
  if (dtype.kind() == DTypeKind::structured) {
    if (is_in_order(dtype)) {
      append_field_list(out, dtype);
    } else {
      append_field_dict(out, dtype);
    }
  } else if (dtype.kind() == DTypeKind::subarray) {
    out.push_back('(');
    append_description(out, dtype.base());
    out.append(", ").append(internal::python_tuple(dtype.shape())).push_back(')');
  } else {
    out.append(join('\'', dtype.typestr(), '\''));
  }
}

void require_in_order(const DType& dtype) {
  if (dtype.kind() == DTypeKind::subarray) return require_in_order(dtype.base());
  if (!is_in_order(dtype)) {
    fail(ErrorKind::unsupported,
         "fields that overlap or are out of order cannot be described in a .npy file: ", dtype.name());
  }
  for (const Field& field : dtype.fields()) require_in_order(field.dtype);
}

}  // namespace

std::string DType::typestr() const {
  if (kind() == DTypeKind::object) return "|O";
  if (kind() == DTypeKind::datetime || kind() == DTypeKind::timedelta) {
    return join(order_letter(*this), letter_of(kind()), '8', unit_in_brackets(*this));
  }
  const std::size_t size = kind() == DTypeKind::unicode ? itemsize() / 4 : itemsize();
  return join(order_letter(*this), letter_of(kind()), size);
}

std::string DType::descr() const {
  require_in_order(*this);
  std::string out;
  append_description(out, *this);
  return out;
}

std::string DType::name() const {
  const std::size_t bits = itemsize() * 8;
  const std::string_view small = small_float_name(kind());
  if (!small.empty()) return join(is_native() ? "" : ">", small);
  switch (kind()) {
    case DTypeKind::boolean:
      return "bool";
    case DTypeKind::object:
      return "object";
    case DTypeKind::bytes:
    case DTypeKind::raw:
      return typestr().substr(1);
    case DTypeKind::structured:
    case DTypeKind::subarray: {
      std::string out;
      append_description(out, *this);
      return out;
    }
    default:
      break;
  }
  if (!is_native()) return typestr();
  switch (kind()) {
    case DTypeKind::signed_int:
      return join("int", bits);
    case DTypeKind::unsigned_int:
      return join("uint", bits);
    case DTypeKind::floating:
      return join("float", bits);
    case DTypeKind::complex:
      return join("complex", bits);
    case DTypeKind::datetime:
      return "datetime64" + unit_in_brackets(*this);
    case DTypeKind::timedelta:
      return "timedelta64" + unit_in_brackets(*this);
    default:
      return typestr().substr(1);
  }
}

}  // namespace larder
