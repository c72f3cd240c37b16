#include "formats/pickle/joblib_class.h"

namespace larder::internal {

namespace {

std::string_view name_in_joblib(Value value) {
  if (!value.is(ValueKind::global)) return {};
  const std::string_view module_name = value.module_name();
  const bool fits = module_name.ends_with("joblib.numpy_pickle") || module_name.ends_with("joblib.numpy_pickle_compat");
  return fits ? value.qualified_name() : std::string_view();
}

}  // namespace

std::string_view joblib_class(Value object) {
  if (object.form() == ObjectForm::newobj) return name_in_joblib(object.callable());
  // Protocols 0 and 1: copyreg._reconstructor(class, object, None)
  const bool reconstructed = object.form() == ObjectForm::reduce && object.callable().is(ValueKind::global) &&
                             object.callable().qualified_name() == "_reconstructor" && !object.arguments().empty();
  return reconstructed ? name_in_joblib(object.arguments()[0]) : std::string_view();
}

}  // namespace larder::internal
