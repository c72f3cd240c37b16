// One tensor of an ONNX model: what its message says, without its elements.
//
// Source: TensorProto of onnx.proto, and docs/ExternalData.md of ONNX.
#pragma once

#include <optional>
#include <string>

#include "formats/onnx/types.h"
#include "formats/protobuf/wire.h"

namespace larder::internal {

// Fields of TensorProto besides those of OnnxField.
enum OnnxTensorField : std::uint32_t {
  onnx_dims = 1,
  onnx_data_type = 2,
  onnx_segment = 3,
  onnx_tensor_name = 8,
  onnx_external_data = 13,
  onnx_data_location = 14,
};

struct OnnxTensor {
  // Where the elements are.
  enum class Place : std::uint8_t {
    nowhere,   // there are none
    plain,     // in the file as they are: raw_data, or numbers of that size, packed
    listed,    // as numbers of protocol buffers, in the field of the type
    external,  // in a file beside
  };

  WireField field{};  // the message
  std::string name{};
  const OnnxType* type = nullptr;
  Shape shape{};
  Place place = Place::nowhere;
  WireRange data{};               // of plain ones
  std::uint64_t listed_size = 0;  // bytes of all fields with listed numbers or texts
  // Of external ones: the bare name of the file, and which part of it; without a size all that follows.
  std::string location{};
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> size{};

  // Bytes of the elements as they are stored. Texts have none.
  std::uint64_t nbytes() const { return checked_nbytes(type->stored_shape(shape), type->itemsize); }
};

// What the message in `field` says. Errors: `malformed` where the elements are in more than one place, in the wrong
// one, or not as many as the shape says; `unsupported` for a type that nobody knows.
OnnxTensor parse_tensor(WholeSource& whole, const WireField& field);

}  // namespace larder::internal
