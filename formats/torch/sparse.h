// Sparse tensors: objects of the file, made of arrays that must agree.
#pragma once

#include <larder/document.h>

namespace larder::internal {

// Whether torch makes sparse tensors by calling this.
bool makes_sparse_tensor(Value callable);

// Checks what can be told without reading all indices: numbers of axes and elements, and that compressed indices end
// at the number of elements. Error `malformed`. Arguments that are not the usual ones are not judged.
void check_sparse_tensor(Value object);

}  // namespace larder::internal
