// Reads .xz streams whose blocks tell their sizes: larder's, and those of `xz -T`.
#pragma once

#include <memory>

#include <larder/limits.h>

#include "codecs/block_decoding.h"

namespace larder::internal {

std::unique_ptr<BlockDecoding> xz_block_decoding(const Limits& limits);

// From one of the places of read_xz_index on.
std::unique_ptr<BlockDecoding> xz_block_decoding_at(const BlockPlace& place, const Limits& limits);

}  // namespace larder::internal
