// The objects of a source, one after another, whatever compresses them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <larder/codec.h>
#include <larder/limits.h>
#include <larder/reader.h>

namespace larder::internal {

// Finds where each object begins: enters compressed streams, also inside compressed streams, and goes on to what
// follows them. All it is given is borrowed. Not thread-safe.
class ObjectStream {
 public:
  // threads: that decompress at once, as in CodecOptions.
  ObjectStream(Reader& source, const Limits& limits, int threads)
      : source_(source), limits_(limits), threads_(threads) {}

  // The reader at the first byte of the next object; null at the end, after all checksums were verified. An empty
  // source still has a first object, which cannot be read. The object before must have been read whole.
  // Errors: those of codecs; `unsupported` for more than two compressed streams inside each other.
  Reader* next();

  // Of the object that `next` gave: its codecs, outermost first, as "gzip" or "gzip, zlib"; empty where there are none.
  std::string codecs() const;
  // Whether a checksum covers it, as far as the heads of the streams tell.
  bool checksummed() const;

 private:
  struct Layer {
    const Codec* codec;
    bool checksummed;
    std::unique_ptr<Reader> reader;
  };

  void enter(const Codec& codec);
  Reader& top() { return layers_.empty() ? source_ : *layers_.back().reader; }

  Reader& source_;
  const Limits& limits_;
  int threads_;
  std::vector<Layer> layers_;
  bool started_ = false;
};

}  // namespace larder::internal
