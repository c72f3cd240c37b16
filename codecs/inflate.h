// Raw deflate data (RFC 1951) being decompressed: what an engine does for zlib and gzip, which differ in what stands
// around it.
#pragma once

#include <larder/bytes.h>
#include <larder/plugin/codec.h>

namespace larder::internal {

// One stream of deflate blocks after another. Used by one thread at a time.
class Inflate {
 public:
  Inflate() = default;
  virtual ~Inflate() = default;
  Inflate(const Inflate&) = delete;
  Inflate& operator=(const Inflate&) = delete;

  // As Decoder::step: takes some of `in` and puts what it can into `out`, which is not empty. `ended`: the final block
  // is complete; no byte behind the one that it ends in was taken. Throws Error of kind `malformed`.
  virtual Step step(Bytes in, MutableBytes out) = 0;

  // Whether what was taken so far ends with a whole block, at the end of a byte, and all of its content was produced.
  virtual bool at_block_start() const = 0;

  // Gets ready for another stream, whatever became of the last one.
  virtual void restart() = 0;
};

}  // namespace larder::internal
