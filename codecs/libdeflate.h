// libdeflate, https://github.com/ebiggers/libdeflate: fast deflate of whole buffers.
#pragma once

#include "codecs/deflate.h"
#include "codecs/deflate_checksum.h"

namespace larder::internal {

// Null where this build lacks libdeflate.
const ChecksumFunctions* libdeflate_checksums() noexcept;

// Decompresses deflate data whose content is not longer than `out`. Thread-safe.
struct WholeInflate {
  struct Result {
    bool decoded = false;
    bool too_long = false;  // not decoded, and `out` is to blame
    std::size_t used = 0;   // up to the end of the byte in which the final block ends
    std::size_t size = 0;   // of the content
  };
  Result (*inflate)(Bytes in, MutableBytes out);
};

// Null where this build lacks libdeflate.
const WholeInflate* libdeflate_inflate() noexcept;

// Levels 1 to 12, of which those from 10 on need much more memory. Null where this build lacks libdeflate.
const DeflateLibrary* libdeflate_deflate() noexcept;

}  // namespace larder::internal
