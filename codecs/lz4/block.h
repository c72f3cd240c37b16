// Blocks of lz4, without a frame, on liblz4.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <larder/bytes.h>

#include "codecs/block_encoding.h"

namespace larder::internal::lz4 {

std::string library_version();

// Compresses each block on its own, at most 4 MiB, with the header that it has in a frame; an empty one becomes
// nothing.
std::unique_ptr<BlockCompressor> block_compressor(int level);

// Decompresses what stands behind the header of a block, and returns how many bytes that is. Nothing where it is
// damaged or has no room in `out`. Bytes of `out` behind the result may be overwritten. Thread-safe.
std::optional<std::size_t> decompress(Bytes block, MutableBytes out) noexcept;

}  // namespace larder::internal::lz4
