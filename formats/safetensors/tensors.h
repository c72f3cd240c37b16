// The tensors of one safetensors file as values, and values as its tensors.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/safetensors/header.h"
#include "formats/whole.h"

namespace larder::internal {

// The key of a file's texts in the dict that it becomes.
inline constexpr std::string_view safetensors_metadata_key = "__metadata__";

struct SafetensorsContent {
  Value tensors;   // a dict
  Value metadata;  // a dict of texts; None where there is none
};

// Reads those that `wants` names, of a whole file. Errors: of read_safetensors_header, and `limit`.
SafetensorsContent read_safetensors(WholeSource& whole, const std::function<bool(std::string_view name)>& wants,
                                    Document& document);

// What is to be written.
struct SafetensorsTensor {
  std::string name;
  const SafetensorsType* type;
  Shape shape;     // in elements of the type
  Array elements;  // bytes, where several elements share one
};

struct SafetensorsTensors {
  std::vector<SafetensorsTensor> tensors;
  std::optional<std::vector<std::pair<std::string, std::string>>> metadata;
};

// Of a dict as reading gives it. Error `unsupported`, naming what is no tensor.
SafetensorsTensors tensors_of(Value root);

// Writes a file: the widest types first, then by name, as the reference library does.
void write_safetensors(SafetensorsTensors content, Writer& writer);

}  // namespace larder::internal
