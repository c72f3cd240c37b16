// libdeflate, https://github.com/ebiggers/libdeflate: fast deflate of whole buffers.
#pragma once

#include "codecs/deflate_checksum.h"

namespace larder::internal {

// Null where this build lacks libdeflate.
const ChecksumFunctions* libdeflate_checksums() noexcept;

}  // namespace larder::internal
