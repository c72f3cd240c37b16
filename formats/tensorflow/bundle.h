// A TensorFlow checkpoint: an index of tensors, and the shards beside it that hold their bytes.
//
// Source: tensorflow/core/protobuf/tensor_bundle.proto and core/util/tensor_bundle; docs/formats/tf-checkpoint.md.
#pragma once

#include <larder/document.h>

#include "formats/whole.h"

namespace larder::internal {

// A dict of key to array; tensors of texts are bytes, or (nested) lists of them. The shards are siblings called like
// ReadSource::name, with ".data-00000-of-00001" in the place of ".index". Errors as Format::read; `not_found` for a
// shard that is missing, `unsupported` where there is no name or nothing beside it.
Value read_bundle(WholeSource& index, Document& document);

}  // namespace larder::internal
