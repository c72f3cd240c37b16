// The elements of an array as Python's own values.
#pragma once

#include <optional>
#include <vector>

#include <larder/document.h>

namespace larder::internal {

// In C order, as bool, int, float, complex, str or bytes of `document`; times as ints. Nothing for structures, raw
// bytes and floats of more than 64 bits.
std::optional<std::vector<Value>> element_values(const Array& array, Document& document);

}  // namespace larder::internal
