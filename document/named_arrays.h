// The arrays of a value by name: what files of tensors hold.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <larder/document.h>

namespace larder::internal {

struct NamedArray {
  std::string name;  // UTF-8
  Value array;
};

// Of a dict (an OrderedDict object too: entries_of) whose keys are all UTF-8 and whose values are all arrays, in its
// order. Nothing for anything else. Parameters count as the array they hold.
std::optional<std::vector<NamedArray>> named_arrays(Value root);

// The same, for a format that holds nothing else. Error `unsupported`, naming what else there is.
std::vector<NamedArray> require_named_arrays(Value root, std::string_view format);

// The array that `value` is, or that it is only a dress of: torch's Parameter, a tensor that requires gradients.
// Nothing for all else: quantized and sparse tensors hold several.
std::optional<Value> array_in(Value value);

// A dict of them, in that order, as the root of `document`. Error `malformed` for a name that occurs twice.
void set_named_arrays(const std::vector<NamedArray>& arrays, Document& document);

}  // namespace larder::internal
