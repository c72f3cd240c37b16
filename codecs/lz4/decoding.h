// How larder reads lz4 frames of independent blocks on several threads.
#pragma once

#include <memory>

#include "codecs/block_decoding.h"

namespace larder::internal::lz4 {

std::unique_ptr<BlockDecoding> decoding();

}  // namespace larder::internal::lz4
