// What cutting into blocks costs.
#pragma once

#include <cstdint>
#include <string>

#include <larder/bytes.h>

namespace larder::bench {

// The size of the stream that larder's engine for the codec makes of `content` when all of it is one block: nothing is
// cut. 0 for a codec that does not work in blocks, or whose format limits them (bz2, lz4).
std::uint64_t unblocked_size(Bytes content, const std::string& codec, int level);

}  // namespace larder::bench
