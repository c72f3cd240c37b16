// Arrays and matrices in PMML: elements whose content is numbers, or texts.
//
// Source: the chapter "Common data structures" of PMML 4.4.
#pragma once

#include <optional>

#include <larder/document.h>

#include "formats/elements.h"

namespace larder::internal {

// Whether what `node` holds is a part of the array that `parent` (None where there is none) is.
bool is_part_of_array(Value node, Value parent);

// What the content of a node says: for Array an array of int64 or float64, or a list of texts; for Matrix, whatever its
// kind, a float64 array of two axes; for sparse arrays all elements. Nothing for other nodes, and for sparse arrays
// and matrices of more than a million elements that are not all written out. Errors `malformed` for content that is
// no such thing or not as much as the node says; `limit`. What it makes is taken from `budget`.
std::optional<Value> array_of(Value node, ArrayBudget& budget, Document& document);

// The node with other content, which says `array`: a matrix of the kind "any", a sparse array without what is its
// default. Error `unsupported` for a node that holds no array, and for what it cannot hold.
Value node_with_array(Value node, Value array, Document& document);

}  // namespace larder::internal
