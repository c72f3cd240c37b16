// The weights of a Keras model: groups in groups in the file, names of their paths for who looks for one.
#pragma once

#include <larder/document.h>

namespace larder::internal {

struct KerasWeights {
  Value weights;  // a dict of path ("layers/dense/vars/0") to array; the variables of a layer in the order of their
                  // numbers
  Value
      attributes;  // a dict of path to what the file says about it: the layer's name; also of groups that hold nothing
};

// `root`: as read_hdf5 makes it.
KerasWeights flat_keras_weights(Value root, Document& document);

// Error `unsupported`, naming `what`, for what is no dict of str.
void require_keras_names(Value dict, std::string_view what);

// The reverse, for Hdf5Writer. Errors `unsupported`: weights or attributes that are no dicts, names that are no str.
Value nested_keras_weights(const KerasWeights& flat, Document& document);

}  // namespace larder::internal
