// ISA-L, https://github.com/intel/isa-l: the fastest deflate on x86 and ARM where the size of the content is not known.
#pragma once

#include <memory>

#include "codecs/deflate.h"
#include "codecs/deflate_checksum.h"
#include "codecs/inflate.h"

namespace larder::internal {

// Null where this build lacks ISA-L.
std::unique_ptr<Inflate> isal_inflate();

// Null where this build lacks ISA-L.
const ChecksumFunctions* isal_checksums() noexcept;

// Levels 1 to 3. Null where this build lacks ISA-L.
const DeflateLibrary* isal_deflate() noexcept;

}  // namespace larder::internal
