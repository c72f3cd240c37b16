#include "tools/describe.h"

#include "base/float_text.h"
#include "base/text.h"
#include "base/unicode.h"
#include "document/attributes.h"
#include "document/elements.h"
#include "tools/tree.h"
#include "tools/wording.h"

namespace larder::tools {

namespace {

// As Python's repr, cut after some 60 bytes, between two letters.
std::string str_text(std::string_view text) {
  std::string_view rest = text;
  while (!rest.empty() && text.size() - rest.size() < 60) internal::take_utf8(rest);
  return internal::python_repr(text.substr(0, text.size() - rest.size())) + (rest.empty() ? "" : "...");
}

std::string integer_text(Value value) {
  if (value.fits_int64()) return std::to_string(value.as_int());
  const std::size_t size = value.int_bytes().size();
  return size <= 32 ? value.int_text() : internal::join("int, ", count_text(size, "byte"));
}

std::string array_text(Value value) {
  const Array& array = value.as_array();
  std::string text = internal::join(printable(array.dtype().name().substr(0, 200)), ' ', shape_text(array.shape()),
                                    ", ", size_text(array.nbytes()));
  if (array.storage_order() == Order::fortran) text += ", Fortran order";
  if (!array.dtype().is_native()) text += ", foreign byte order";
  const std::string name = class_of(value);
  if (!name.empty() && name != "numpy.ndarray") text += ", " + name;
  return text;
}

std::string members_text(Value value) {
  const bool tuple = value.is(ValueKind::tuple);
  std::string text = tuple ? "(" : "[";
  for (std::size_t i = 0; i < value.size(); ++i) text.append(i > 0 ? ", " : "").append(describe(value[i]));
  if (tuple) return text + (value.size() == 1 ? ",)" : ")");
  return text + "]";
}

std::string global_name(Value global) {
  return printable(internal::join(global.module_name(), '.', global.qualified_name()).substr(0, 200));
}

// "numpy.float64(1.5)"; without the element where Python has no such value of its own.
std::string scalar_text(const Array& scalar) {
  const std::string name = "numpy." + printable(scalar.dtype().name().substr(0, 200));
  Document document;
  const auto elements = internal::element_values(scalar, document);
  return elements ? internal::join(name, '(', describe(elements->front()), ')') : name;
}

std::string object_text(Value object) {
  switch (object.form()) {
    case ObjectForm::persistent_id:
      return "persistent id";
    case ObjectForm::extension:
      return "copyreg extension";
    case ObjectForm::reduce:
    case ObjectForm::newobj:
    case ObjectForm::newobj_ex:
    case ObjectForm::instance:
      break;
  }
  if (const auto scalar = internal::numpy_scalar(object)) return scalar_text(scalar->as_array());
  const std::string name = class_of(object);
  if (const auto array = internal::object_array(object)) {
    const std::string text = "object " + shape_text(array->shape);
    return name == "numpy.ndarray" ? text : text + ", " + name;
  }
  return name.empty() ? "object" : name;
}

}  // namespace

std::string class_of(Value value) {
  if (value.is(ValueKind::array)) {
    const Value named = value.array_class();
    return named.is_none() ? std::string() : global_name(named);
  }
  const Value named = internal::class_of_object(value);
  return named.is_none() ? std::string() : global_name(named);
}

std::string shape_text(const Shape& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) text.append(i > 0 ? ", " : "").append(std::to_string(shape[i]));
  return text + (shape.size() == 1 ? ",)" : ")");
}

std::string describe(Value value) {
  switch (value.kind()) {
    case ValueKind::none:
      return "None";
    case ValueKind::boolean:
      return value.as_bool() ? "True" : "False";
    case ValueKind::integer:
      return integer_text(value);
    case ValueKind::floating:
      return internal::float_text(value.as_float());
    case ValueKind::complex:
      return internal::join("complex(", internal::float_text(value.as_complex().real()), ", ",
                            internal::float_text(value.as_complex().imag()), ")");
    case ValueKind::str:
      return str_text(value.as_str());
    case ValueKind::bytes:
    case ValueKind::bytearray:
      return internal::join(name_of(value.kind()), ", ", size_text(value.size()));
    case ValueKind::list:
    case ValueKind::tuple:
      if (is_short(value)) return members_text(value);
      [[fallthrough]];
    case ValueKind::dict:
    case ValueKind::set:
    case ValueKind::frozenset:
      return internal::join(name_of(value.kind()), ", ", count_text(value.size(), "item"));
    case ValueKind::array:
      return array_text(value);
    case ValueKind::global:
      return internal::join("reference to ", global_name(value));
    case ValueKind::object:
      break;
  }
  return object_text(value);
}

}  // namespace larder::tools
