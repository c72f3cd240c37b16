// zlib streams and gzip members being written: one of them, in blocks that are compressed on their own.
#pragma once

#include <memory>

#include "codecs/block_encoding.h"
#include "codecs/deflate_wrapper.h"

namespace larder::internal {

// `level`: 1 to 9. Every block but the last ends with the bytes 00 00 ff ff and refers to nothing in front of it, so
// that all of them can be decompressed at once, too. Errors as `Deflate`.
std::unique_ptr<BlockEncoding> deflate_encoding(Wrapper wrapper, int level);

}  // namespace larder::internal
