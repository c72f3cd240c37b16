// How the blocks of a bzip2 stream are found and judged: BlockDecoding for the driver of all codecs.
//
// The format does not tell where blocks begin, but each begins with a magic of 48 bits, and so does the end. The same
// bits within a block are recognised by the block that then runs out.
#pragma once

#include <memory>

#include "codecs/block_decoding.h"

namespace larder::internal::bz2 {

std::unique_ptr<BlockDecoding> block_decoding();

}  // namespace larder::internal::bz2
