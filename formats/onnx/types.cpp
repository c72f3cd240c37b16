#include "formats/onnx/types.h"

#include <algorithm>
#include <array>

namespace larder::internal {

namespace {

using enum DTypeKind;

constexpr std::array types = std::to_array<OnnxType>({
    {1, "float32", floating, 4, OnnxField::floats},
    {2, "uint8", unsigned_int, 1, OnnxField::int32s},
    {3, "int8", signed_int, 1, OnnxField::int32s},
    {4, "uint16", unsigned_int, 2, OnnxField::int32s},
    {5, "int16", signed_int, 2, OnnxField::int32s},
    {6, "int32", signed_int, 4, OnnxField::int32s},
    {7, "int64", signed_int, 8, OnnxField::int64s},
    {8, "str", raw, 1, OnnxField::texts},
    {9, "bool", boolean, 1, OnnxField::int32s},
    {10, "float16", floating, 2, OnnxField::int32s},
    {11, "float64", floating, 8, OnnxField::doubles},
    {12, "uint32", unsigned_int, 4, OnnxField::uint64s},
    {13, "uint64", unsigned_int, 8, OnnxField::uint64s},
    {14, "complex64", complex, 8, OnnxField::floats},
    {15, "complex128", complex, 16, OnnxField::doubles},
    {16, "bfloat16", bfloat16, 2, OnnxField::int32s},
    {17, "float8_e4m3fn", float8_e4m3fn, 1, OnnxField::int32s},
    {18, "float8_e4m3fnuz", float8_e4m3fnuz, 1, OnnxField::int32s},
    {19, "float8_e5m2", float8_e5m2, 1, OnnxField::int32s},
    {20, "float8_e5m2fnuz", float8_e5m2fnuz, 1, OnnxField::int32s},
    {21, "uint4", unsigned_int, 1, OnnxField::int32s, 4},
    {22, "int4", unsigned_int, 1, OnnxField::int32s, 4},
    {23, "float4_e2m1fn", unsigned_int, 1, OnnxField::int32s, 4},
    {24, "float8_e8m0fnu", float8_e8m0fnu, 1, OnnxField::int32s},
    {25, "uint2", unsigned_int, 1, OnnxField::int32s, 2},
    {26, "int2", unsigned_int, 1, OnnxField::int32s, 2},
});

template <class Fits>
const OnnxType* first(Fits fits) noexcept {
  const auto found = std::ranges::find_if(types, fits);
  return found == types.end() ? nullptr : &*found;
}

}  // namespace

Shape OnnxType::stored_shape(const Shape& shape) const {
  if (!is_packed()) return shape;
  const std::uint64_t count = checked_nbytes(shape, 1);
  const std::uint64_t in_a_byte = 8 / bits;
  return {count / in_a_byte + (count % in_a_byte == 0 ? 0 : 1)};
}

const OnnxType* onnx_type(std::uint64_t number) noexcept {
  return first([&](const OnnxType& type) { return type.number == number; });
}

const OnnxType* onnx_type(const DType& dtype) noexcept {
  return first([&](const OnnxType& type) {
    return type.kind == dtype.kind() && type.itemsize == dtype.itemsize() && !type.is_packed() && !type.is_text();
  });
}

const OnnxType* onnx_type_named(std::string_view name) noexcept {
  return first([&](const OnnxType& type) { return type.name == name; });
}

}  // namespace larder::internal
