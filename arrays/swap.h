// Byte order of elements in place. `swap_bytes` is public, in <larder/dtype.h>.
#pragma once

#include <cstddef>

#include <larder/dtype.h>

namespace larder::internal {

// Reverses the byte order of `count` elements of `dtype` in place where it is not this machine's: their dtype is then
// dtype.to_native().
void make_native(void* elements, std::size_t count, const DType& dtype);

}  // namespace larder::internal
