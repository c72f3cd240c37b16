// zlib, https://zlib.net: deflate as everybody knows it, and what the zlib and gzip codecs need at least.
#pragma once

#include <memory>
#include <string>

#include "codecs/deflate.h"
#include "codecs/deflate_checksum.h"
#include "codecs/inflate.h"

namespace larder::internal {

// "zlib 1.2.13"; empty where this build lacks zlib. The others are null there.
std::string libz_version();

std::unique_ptr<Inflate> libz_inflate();
const ChecksumFunctions* libz_checksums() noexcept;
// Levels 1 to 9.
const DeflateLibrary* libz_deflate() noexcept;

}  // namespace larder::internal
