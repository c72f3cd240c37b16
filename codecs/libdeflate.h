// libdeflate, https://github.com/ebiggers/libdeflate: fast deflate of whole buffers.
#pragma once

#include "codecs/deflate.h"
#include "codecs/deflate_checksum.h"

namespace larder::internal {

// Null where this build lacks libdeflate.
const ChecksumFunctions* libdeflate_checksums() noexcept;

// Levels 1 to 12, of which those from 10 on need much more memory. Null where this build lacks libdeflate.
const DeflateLibrary* libdeflate_deflate() noexcept;

}  // namespace larder::internal
