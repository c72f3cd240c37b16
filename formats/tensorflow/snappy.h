// Snappy's raw blocks, in which TensorFlow may compress the index of a checkpoint.
//
// Source: https://github.com/google/snappy/blob/main/format_description.txt
#pragma once

#include <cstdint>
#include <string>

#include <larder/bytes.h>

namespace larder::internal {

// The content of one block. Errors `malformed`; `limit` where it would have more than `most` bytes.
std::string snappy_decoded(Bytes block, std::uint64_t most);

}  // namespace larder::internal
