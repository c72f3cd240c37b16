// What cutting into blocks costs.
#pragma once

#include <cstdint>
#include <string>

#include <larder/bytes.h>

namespace larder::bench {

enum class Cutting { in_blocks, none };

// The size of a stream in blocks, or uncut. zlib and gzip: the raw data by the engine that most of larder's blocks
// choose, both times. Others: what larder writes, and what the bare library makes of the content in one stream.
std::uint64_t stream_size(Bytes content, const std::string& codec, int level, Cutting cutting);

}  // namespace larder::bench
