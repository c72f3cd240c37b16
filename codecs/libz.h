// zlib, https://zlib.net: deflate as everybody knows it, and what the zlib and gzip codecs need at least.
#pragma once

#include <memory>
#include <string>

#include "codecs/deflate_checksum.h"
#include "codecs/deflate_wrapper.h"
#include "codecs/inflate.h"

namespace larder::internal {

// "zlib 1.2.13"; empty where this build lacks zlib. The others are null there.
std::string libz_version();

std::unique_ptr<Inflate> libz_inflate();
std::unique_ptr<Encoder> libz_encoder(Wrapper wrapper, int level);
const ChecksumFunctions* libz_checksums() noexcept;

}  // namespace larder::internal
