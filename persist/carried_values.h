// Values of one library as values of another: in place, in a Document that is the converter's own.
#pragma once

#include <optional>

#include <larder/plugin/format.h>

#include "document/array_names.h"

namespace larder::internal {

// The array as the format can hold it: itself, or widened where that is wished. Nothing where it cannot.
std::optional<Array> fitted(const Array& array, const FormatInfo& format, bool widen);

// Changes what stands below the root of `document` into what `format`, which does not hold named arrays, can hold
// (convert.h has the rules). Returns what it cannot.
LeftOut fit_values(Document& document, const FormatInfo& format, bool widen);

}  // namespace larder::internal
