// What cutting into blocks costs.
#pragma once

#include <cstdint>
#include <string>

#include <larder/bytes.h>

namespace larder::bench {

// The sizes of two streams of the same engine: in blocks as larder writes them, and uncut. Both 0 for a codec that does
// not work in blocks, or whose format limits them (bz2, lz4).
struct BlockLoss {
  std::uint64_t cut = 0;
  std::uint64_t uncut = 0;
};

// For zlib and gzip the engine is the one that most blocks of the content choose.
BlockLoss block_loss(Bytes content, const std::string& codec, int level);

}  // namespace larder::bench
