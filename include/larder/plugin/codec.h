// For authors of a codec: derive an Encoder and a Decoder from the library's streaming interface and a Codec that makes
// them, then `CodecRegistry::global().add(std::make_unique<MyCodec>())`. Slicing for 32-bit libraries, argument checks,
// positions in errors, output limits and the guard against a library that makes no progress are done once, by Codec.
#pragma once

#include <cstddef>

#include <larder/bytes.h>
#include <larder/codec.h>

namespace larder {

// What one call did.
struct Step {
  std::size_t consumed = 0;  // bytes taken from `in`
  std::size_t produced = 0;  // bytes put into `out`
  bool ended = false;        // the stream is complete
};

// Compresses one stream. Used by one thread at a time.
class LARDER_API Encoder {
 public:
  Encoder() = default;
  virtual ~Encoder();
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  // How many bytes of `out` a step needs; each has at least so many.
  virtual std::size_t room() const { return 64 * 1024; }

  // The whole length of what will be compressed. Called before the first step, and only where it is known: formats that
  // store the length may then do so.
  virtual void expect(std::uint64_t size);

  // Takes some of `in` (at most 4 MiB) and puts compressed bytes into `out`. `last`: nothing follows `in`; called with
  // it until `ended`. Must consume, produce or end in each call. Throws Error.
  virtual Step step(Bytes in, MutableBytes out, bool last) = 0;
};

// What follows a stream that ended.
struct Tail {
  enum class Kind {
    stream,   // another stream: restart and go on
    padding,  // `size` bytes to pass over, then ask again
    end,      // nothing that belongs to this codec
  };
  Kind kind = Kind::end;
  std::size_t size = 0;
};

// Decompresses one stream after another. Used by one thread at a time.
class LARDER_API Decoder {
 public:
  Decoder() = default;
  virtual ~Decoder();
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // Takes some of `in` (at most 4 MiB) and puts decompressed bytes into `out` (at most 4 MiB, never empty). `last`:
  // `in` is all that is left of the input; if the stream needs more than that, the call may simply do nothing, which
  // the caller reports as `truncated`. `ended` is set when the stream, checksum included, is complete and verified; no
  // byte behind it may be consumed. Throws Error of kind `malformed`, `checksum`, `limit` or `unsupported`.
  virtual Step step(Bytes in, MutableBytes out, bool last) = 0;

  // Gets ready for the next stream. Called after a step that `ended`.
  virtual void restart() = 0;

  // Judges the bytes behind a stream: `next` holds at least 16 of them, fewer only at the end of the input, and is not
  // empty.
  virtual Tail tail(Bytes next) = 0;
};

}  // namespace larder
