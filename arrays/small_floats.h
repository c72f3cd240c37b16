// The small floats of machine learning, which numpy does not have: bfloat16 and the kinds of float8.
//
// Sources: "OCP 8-bit Floating Point Specification" 1.0 and "OCP Microscaling Formats" 1.0; for the kinds called fnuz,
// ONNX's page "Float stored in 8 bits".
#pragma once

#include <cstdint>

#include <larder/array.h>

namespace larder::internal {

bool is_small_float(DTypeKind kind) noexcept;

// Whether numpy has the dtype: no part of it is a small float.
bool is_of_numpy(const DType& dtype);

// The number that these bits are, exactly.
float small_float(DTypeKind kind, std::uint16_t bits) noexcept;

// The same numbers as float32, on the heap, in the array's storage order. Error `usage` for other dtypes.
Array widened(const Array& array);

}  // namespace larder::internal
