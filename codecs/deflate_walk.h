// Walks through deflate data (RFC 1951) without decompressing it, to find where its last block begins and ends.
//
// Libraries that compress whole buffers mark their last block as final, and what is marked so cannot be continued.
#pragma once

#include <cstddef>
#include <optional>

#include <larder/bytes.h>

namespace larder::internal {

// Positions in bits from the start; the first bit of a byte is its lowest.
struct LastBlock {
  std::size_t header = 0;  // the first bit of the block, which marks it as final
  std::size_t end = 0;     // behind the block
};

// The block of `deflate` that is marked as final; nothing where the bytes are no whole deflate data, as far as the
// lengths of its codes tell. Takes time proportional to the bytes, whatever they are. Thread-safe.
std::optional<LastBlock> last_block(Bytes deflate) noexcept;

}  // namespace larder::internal
