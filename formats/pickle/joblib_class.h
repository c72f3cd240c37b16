// The classes of joblib's own that stand for arrays.
#pragma once

#include <string_view>

#include <larder/document.h>

namespace larder::internal {

// The name of the class of `object` where it is one of joblib's module `numpy_pickle` (or of its old part
// `numpy_pickle_compat`), also in a copy of joblib inside another package, as old scikit-learn has it; else empty.
std::string_view joblib_class(Value object);

}  // namespace larder::internal
