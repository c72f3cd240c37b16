// How larder writes zstd: one frame of sections that do not depend on each other, each behind a mark (frame.h). Content
// of a single section is a plain frame.
#pragma once

#include <memory>

#include "codecs/block_encoding.h"

namespace larder::internal::zstd {

// Null for the levels above 19, whose windows are too large to be cut into sections, and where libzstd has no threads.
std::unique_ptr<BlockEncoding> encoding(int level);

}  // namespace larder::internal::zstd
