// An ONNX model without its tensors' elements: what it consists of as values, and where its tensors are.
//
// Source: onnx.proto, and docs/IR.md of ONNX.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <larder/document.h>

#include "formats/onnx/tensor.h"

namespace larder::internal {

// Under which keys the document has the tensors.
inline constexpr std::string_view onnx_initializers = "initializers";
inline constexpr std::string_view onnx_constants = "constants";

// A message in the model that holds tensors, somewhere in it.
struct OnnxMessage {
  static constexpr std::size_t none = SIZE_MAX;

  WireField field;
  std::size_t around;  // which message it is in: always an earlier one, or none
};

// A tensor, and where the document has it.
struct OnnxSlot {
  std::string_view section;  // onnx_initializers or onnx_constants
  std::string key;
  std::string_view part;  // of a sparse tensor: "values" or "indices"; else empty
  OnnxTensor tensor;
  std::size_t around;  // which message it is in
};

// Two of the slots, values and indices, are one tensor of this shape.
struct OnnxSparse {
  std::string_view section;
  std::string key;
  Shape shape;
};

struct OnnxModel {
  Value outline;  // a dict: versions, producer, metadata, both sections (empty), graph, functions
  std::vector<OnnxMessage> messages;
  std::vector<OnnxSlot> slots;
  std::vector<OnnxSparse> sparse;
};

// Whether a sparse tensor can have parts of these shapes: for each value one index, or one for each axis.
bool fits_sparse(const Shape& values, const Shape& indices, const Shape& shape);

// Takes the source apart. Nothing recurses, whatever the depth of graphs in graphs (100 at most: Error `limit`).
// Errors: as WireFields, `malformed` for what is no model, for two tensors of one name, and for a message that is there
// twice where it may be once.
OnnxModel read_onnx_model(WholeSource& whole, Document& document);

}  // namespace larder::internal
