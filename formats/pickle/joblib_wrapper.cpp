#include "formats/pickle/joblib_wrapper.h"

#include "base/text.h"
#include "document/records.h"

namespace larder::internal {

namespace {

std::string_view name_in_joblib(Value value) {
  if (!value.is(ValueKind::global)) return {};
  const std::string_view module_name = value.module_name();
  const bool fits = module_name.ends_with("joblib.numpy_pickle") || module_name.ends_with("joblib.numpy_pickle_compat");
  return fits ? value.qualified_name() : std::string_view();
}

}  // namespace

Value class_of_wrapper(Value object) {
  if (object.form() == ObjectForm::newobj) return object.callable();
  const bool reconstructed = object.form() == ObjectForm::reduce && object.callable().is(ValueKind::global) &&
                             object.callable().qualified_name() == "_reconstructor" && !object.arguments().empty();
  return reconstructed ? object.arguments()[0] : Value();
}

std::string_view wrapper_class(Value object) { return name_in_joblib(class_of_wrapper(object)); }

std::optional<Value> find_attribute(Value state, std::string_view name) {
  // A few entries, not worth settling: where keys are equal the last one counts.
  const Keyed& entries = Access::unsettled(state);
  for (std::size_t i = entries.size; i-- > 0;) {
    const Value key = entries.slots[2 * i];
    const bool is_text = key.is(ValueKind::str) || key.is(ValueKind::bytes);
    if (is_text && as_text(Access::content(key)) == name) return entries.slots[2 * i + 1];
  }
  return std::nullopt;
}

std::optional<std::string_view> text_of(Value value) {
  if (value.is(ValueKind::str)) return value.as_str();
  if (value.is(ValueKind::bytes)) return as_text(value.as_bytes());
  return std::nullopt;
}

void warn_of_subclass(const ReadSource& source, Value subclass) {
  if (!subclass.is(ValueKind::global)) return;
  const std::string_view name = subclass.qualified_name();
  if (name != "ndarray" && name != "memmap")
    source.warn(join("a ", subclass.module_name(), ".", name, " is loaded as a plain array"));
}

}  // namespace larder::internal
