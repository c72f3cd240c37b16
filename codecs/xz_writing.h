// Writes .xz streams block by block, each with its sizes in its header, as `xz -T` does.
#pragma once

#include <memory>

#include "codecs/block_encoding.h"

namespace larder::internal {

std::unique_ptr<BlockEncoding> xz_block_encoding(int level);

}  // namespace larder::internal
