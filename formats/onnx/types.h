// The types of ONNX's tensors.
//
// Source: TensorProto.DataType of onnx.proto.
#pragma once

#include <cstdint>
#include <string_view>

#include <larder/array.h>

namespace larder::internal {

// Fields of TensorProto that hold elements.
enum class OnnxField : std::uint32_t {
  floats = 4,
  int32s = 5,
  texts = 6,
  int64s = 7,
  raw = 9,
  doubles = 10,
  uint64s = 11,
};

struct OnnxType {
  std::uint64_t number;
  std::string_view name;
  DTypeKind kind;        // of an element; of those smaller than a byte: of the bytes that they are packed in
  std::size_t itemsize;  // likewise
  OnnxField field;       // which holds the elements where raw_data does not
  unsigned bits = 0;     // of an element that is smaller than a byte; else 0

  bool is_text() const noexcept { return field == OnnxField::texts; }
  bool is_packed() const noexcept { return bits != 0; }
  // Of what is stored, little-endian.
  DType dtype() const { return DType::of(kind, itemsize, ByteOrder::little); }
  // Of what is stored for elements of that shape: itself, or the number of bytes. Error `limit` where that overflows.
  Shape stored_shape(const Shape& shape) const;
  // Bytes of a number in `field`: half a complex one.
  std::size_t listed_size() const noexcept { return kind == DTypeKind::complex ? itemsize / 2 : itemsize; }
};

// Null where there is none.
const OnnxType* onnx_type(std::uint64_t number) noexcept;
const OnnxType* onnx_type(const DType& dtype) noexcept;
const OnnxType* onnx_type_named(std::string_view name) noexcept;

}  // namespace larder::internal
