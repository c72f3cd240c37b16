// ONNX models written again, with other weights.
#pragma once

#include <larder/plugin/format.h>

namespace larder::internal {

// Writes what reading an ONNX file gave, with the tensors that are there now: the file itself where they are the same,
// byte for byte. A tensor of another type or shape, or whose elements were listed one by one and have changed, gets raw
// data. External data goes into one file beside, called NAME.data.
//
// Errors: `unsupported` for another value, for changes of anything but tensors, for a dtype that ONNX has not, for
// tensors that the model lacks or has besides, for a file of 2 GiB and more, which no reader of protocol buffers takes,
// and for external data where no file can lie beside.
void write_onnx(Value value, Writer& writer, const WriteOptions& options);

}  // namespace larder::internal
