// How a stream of bzip2 is made of blocks: BlockEncoding for the driver of all codecs.
#pragma once

#include <memory>

#include "codecs/block_encoding.h"

namespace larder::internal::bz2 {

// `level`: 1 to 9.
std::unique_ptr<BlockEncoding> block_encoding(int level);

}  // namespace larder::internal::bz2
