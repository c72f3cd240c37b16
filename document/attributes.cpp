#include "document/attributes.h"

#include <algorithm>

#include "base/checked.h"

namespace larder::internal {

namespace {

bool is_called(Value object, std::string_view qualified_name) {
  return object.callable().is(ValueKind::global) && object.callable().qualified_name() == qualified_name;
}

// Whether `value` is what numpy's function of this name made; numpy 2 moved `numpy.core` to `numpy._core`.
bool is_made_by(Value value, std::string_view function) {
  if (!value.is(ValueKind::object) || !is_called(value, function)) return false;
  const std::string_view module_name = value.callable().module_name();
  return module_name == "numpy.core.multiarray" || module_name == "numpy._core.multiarray" ||
         module_name == "numpy.core._internal";
}

std::optional<Shape> shape_of(Value tuple) {
  if (!tuple.is(ValueKind::tuple)) return std::nullopt;
  Shape shape;
  for (std::size_t i = 0; i < tuple.size(); ++i) {
    if (!tuple[i].fits_int64() || tuple[i].as_int() < 0) return std::nullopt;
    shape.push_back(static_cast<std::uint64_t>(tuple[i].as_int()));
  }
  return shape;
}

bool has_elements(const Shape& shape, std::size_t wanted) {
  std::optional<std::uint64_t> count = 1;
  for (const std::uint64_t length : shape) {
    if (count) count = checked_mul(*count, length);
  }
  return count == wanted;
}

}  // namespace

Attributes attributes_of(Value object) {
  const auto dict_or_none = [](Value value) { return value.is(ValueKind::dict) ? value : Value(); };
  const Value state = object.state();
  const bool pair = state.is(ValueKind::tuple) && state.size() == 2 && state[1].is(ValueKind::dict) &&
                    (state[0].is_none() || state[0].is(ValueKind::dict));
  if (pair) return {dict_or_none(state[0]), state[1]};
  return {dict_or_none(state), {}};
}

std::optional<Value> entries_of(Value value) {
  if (value.is(ValueKind::dict)) return value;
  if (!value.is(ValueKind::object) || !is_called(value, "OrderedDict") ||
      value.callable().module_name() != "collections" || !value.arguments().is(ValueKind::tuple) ||
      !value.arguments().empty())
    return std::nullopt;
  Value entries;
  for (const Change& change : value.changes()) {
    const bool is_first = change.kind == ChangeKind::insert && entries.is_none();
    const bool is_metadata = change.kind == ChangeKind::state && change.value.is(ValueKind::dict) &&
                             change.value.size() == 1 && change.value.find("_metadata");
    if (!is_first && !is_metadata) return std::nullopt;
    if (is_first) entries = change.value;
  }
  return entries;
}

Value class_of_object(Value object) {
  const Value callable = object.callable();
  if (!callable.is(ValueKind::global)) return {};
  // Protocols below 2 write a new-style object as a call of this function on its class, numpy an array of objects.
  const bool rebuilt = (callable.qualified_name() == "_reconstructor" &&
                        (callable.module_name() == "copyreg" || callable.module_name() == "copy_reg")) ||
                       object_array(object);
  const Value arguments = object.arguments();
  const bool has_class = arguments.is(ValueKind::tuple) && !arguments.empty() && arguments[0].is(ValueKind::global);
  return rebuilt && has_class ? arguments[0] : callable;
}

std::optional<ObjectArray> object_array(Value value) {
  if (!is_made_by(value, "_reconstruct")) return std::nullopt;
  // (version, shape, dtype, is_fortran, elements), without the version before numpy 1.0.
  const Value state = value.state();
  if (!state.is(ValueKind::tuple) || state.size() < 4 || state.size() > 5) return std::nullopt;
  const Value elements = state[state.size() - 1];
  const auto shape = shape_of(state[state.size() - 4]);
  if (!shape || !elements.is(ValueKind::list) || !has_elements(*shape, elements.size())) return std::nullopt;
  return ObjectArray{*shape, elements};
}

std::optional<Value> numpy_scalar(Value value) {
  if (!is_made_by(value, "scalar") || !value.arguments().is(ValueKind::tuple) || value.arguments().size() != 2)
    return std::nullopt;
  const Value element = value.arguments()[1];
  const bool scalar = element.is(ValueKind::array) && element.as_array().ndim() == 0;
  return scalar ? std::optional(element) : std::nullopt;
}

Value class_in_stand_in(Value stand_in) {
  if (!stand_in.is(ValueKind::object)) return {};
  const auto first = [](Value tuple) { return tuple.is(ValueKind::tuple) && !tuple.empty() ? tuple[0] : Value(); };
  if (is_called(stand_in, "_reconstruct")) return first(stand_in.arguments());
  if (!stand_in.state().is(ValueKind::dict)) return {};
  if (const auto subclass = stand_in.state().find("subclass")) return *subclass;
  const auto arguments = stand_in.state().find("init_args");  // of _reconstruct, in files of joblib before 0.10
  return arguments ? first(*arguments) : Value();
}

}  // namespace larder::internal
