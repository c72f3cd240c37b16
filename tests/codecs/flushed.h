// Streams of zlib and gzip as programs write them that flush their compressor: by the real zlib.
#pragma once

#include "codecs/deflate_wrapper.h"
#include "samples.h"

namespace larder::testing {

enum class Flush {
  full,  // forgets what was before: Z_FULL_FLUSH
  sync,  // does not: Z_SYNC_FLUSH
};

// How deflate data are made; the fields are zlib's own.
struct Deflating {
  int level = 6;
  int strategy = 0;
  int memory = 8;
};

// One stream, with a flush behind each `piece` bytes of `content` but the last.
Content flushed(internal::Wrapper wrapper, Bytes content, std::size_t piece, Flush flush = Flush::full,
                const Deflating& how = {});

// Deflate data alone, without a flush.
Content deflated(Bytes content, const Deflating& how = {});

}  // namespace larder::testing
