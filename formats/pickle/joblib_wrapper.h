// What the objects have in common that stand for arrays in joblib's files, old and new.
#pragma once

#include <optional>
#include <string_view>

#include <larder/document.h>
#include <larder/plugin/format.h>

namespace larder::internal {

// The name of the class of `object` where it is one of joblib's module `numpy_pickle` (or of its old part
// `numpy_pickle_compat`), also in a copy of joblib inside another package, as old scikit-learn has it; else empty.
std::string_view wrapper_class(Value object);

// The class of an object that is made as joblib makes its wrappers: by NEWOBJ, or in protocols 0 and 1 by
// copyreg._reconstructor(class, object, None). None for other objects.
Value class_of_wrapper(Value object);

// The attribute of that name in a state, a dict whose keys are str, or bytes of Python 2.
std::optional<Value> find_attribute(Value state, std::string_view name);

// A str, or bytes of Python 2.
std::optional<std::string_view> text_of(Value value);

// Tells the user that an array of this class becomes a plain one; nothing where it is one.
void warn_of_subclass(const ReadSource& source, Value subclass);

}  // namespace larder::internal
