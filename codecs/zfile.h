// ZF files: what joblib before 0.10 wrote with compress= (docs/formats/joblib.md).
#pragma once

#include <larder/codec.h>

namespace larder::internal {

// The codec "zfile": 2 letters, the decompressed length as text, a zlib stream. It reads; a writer is Error
// `unsupported`, and so no registry holds it. Nothing is allocated for the length that a file announces; another length
// is `malformed`. Thread-safe.
const Codec& zfile_codec();

}  // namespace larder::internal
