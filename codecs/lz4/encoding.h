// How larder writes lz4: one frame of independent blocks.
#pragma once

#include <memory>

#include "codecs/block_encoding.h"

namespace larder::internal::lz4 {

std::unique_ptr<BlockEncoding> encoding(int level);

}  // namespace larder::internal::lz4
