// liblz4: blocks without a frame, and the sequential decoder of frames.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <larder/bytes.h>
#include <larder/plugin/codec.h>

#include "codecs/block_encoding.h"

namespace larder::internal::lz4 {

std::string library_version();

// Compresses each block on its own, at most 4 MiB, with the header that it has in a frame; an empty one becomes
// nothing.
std::unique_ptr<BlockCompressor> block_compressor(int level);

// Decompresses what stands behind the header of a block, and returns how many bytes that is. Nothing where it is
// damaged or has no room in `out`. Bytes of `out` behind the result may be overwritten. Thread-safe.
std::optional<std::size_t> decompress(Bytes block, MutableBytes out) noexcept;

// Decodes one frame after another, skippable ones among them; every kind of frame but those with a dictionary.
std::unique_ptr<Decoder> decoder();

}  // namespace larder::internal::lz4
