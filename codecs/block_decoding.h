// What a codec implements to decompress one stream block by block, on several threads. BlockReading (block_reading.h)
// is the driver.
//
// Nothing here reports damage. Whoever meets something unexpected says so, and the stream is decoded anew from its
// start by the codec's Decoder, which knows what to report and where: a wrong guess costs time, never correctness.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <larder/bytes.h>
#include <larder/limits.h>

namespace larder {
class Reader;
}

namespace larder::internal {

// What a look at the compressed bytes ahead found.
struct Found {
  enum class Kind {
    block,    // the next block
    more,     // more bytes must be shown: `take` of them
    wait,     // nothing can be told before all blocks that were found are accepted; then the same look is taken again
    end,      // the stream, whose checksum was right, ends behind `advance` bytes, once its blocks are accepted
    next,     // the stream ends behind `advance` bytes, as `accept_end` will confirm; the next one is looked for there
    give_up,  // the stream is not made of blocks, or not as it should be
  };
  Kind kind = Kind::give_up;
  std::size_t take = 0;     // block: the bytes ahead that its decompressor needs; more: how many must be shown
  std::size_t advance = 0;  // block, end, next: where the next look begins; at most `take` for a block
  std::size_t size = 0;     // block: bytes after decompression, as expected
  std::size_t most = 0;     // block: the most that are accepted; at least `size`
  bool guessed = false;     // block: `size` is a mere guess: where the next one begins in the content is not known
  std::uint64_t note = 0;   // block, next: whatever the codec wants to know of it later
};

// What became of a block.
struct DecodedBlock {
  bool decoded = false;        // false: this is no such block, or damaged, or larger than `out`
  bool incomplete = false;     // not decoded, but it may be together with the bytes that follow it
  std::size_t size = 0;        // bytes after decompression
  std::size_t used = 0;        // bytes of the block that were needed
  std::uint64_t checksum = 0;  // of the content; which one, the codec knows
  std::uint64_t note = 0;      // whatever the codec wants to know of it in `accept`
};

// Decompresses blocks, one after another, in one thread; holds the library's context.
class BlockDecompressor {
 public:
  BlockDecompressor() = default;
  virtual ~BlockDecompressor() = default;
  BlockDecompressor(const BlockDecompressor&) = delete;
  BlockDecompressor& operator=(const BlockDecompressor&) = delete;

  // `block` are the `found.take` bytes, and BlockDecoding::tail. `out` has `found.size` bytes at first; where they are
  // too few the result is not `decoded` with `size` above that, and the block is decompressed once more into
  // `found.most` bytes. Bytes of `out` behind the result may be overwritten, those behind `out` never. Throws only what
  // is no matter of the data (`io`, `limit` for memory).
  virtual DecodedBlock decompress(Bytes block, const Found& found, MutableBytes out) = 0;
};

// One stream, or several, one right behind the other, so that short ones are decoded at the same time: finds the blocks
// and judges what became of them. Used by the thread of the Reader alone, but for
// `decompressor`, which any thread calls.
class BlockDecoding {
 public:
  BlockDecoding() = default;
  virtual ~BlockDecoding() = default;
  BlockDecoding(const BlockDecoding&) = delete;
  BlockDecoding& operator=(const BlockDecoding&) = delete;

  // Looks for the next block. `ahead` begins where the last look said, at first with the start of the stream; `all`: it
  // goes to the end of the source. After `accept` said `ends`, it begins behind what the last block used, and only
  // `more`, `end` or `give_up` are possible.
  virtual Found find(Bytes ahead, bool all) = 0;

  // What the driver puts behind the bytes of each block, for libraries that want more than there is. Valid as long as
  // this.
  virtual Bytes tail() const { return {}; }

  virtual std::unique_ptr<BlockDecompressor> decompressor() const = 0;

  enum class Verdict {
    right,       // its bytes are the content; the next block is where it was taken to be
    incomplete,  // it does not end where the next one was taken to begin: to be decoded together with that
    ends,        // right, and the last of the stream; what was found behind it is void
    wrong,       // give up
  };
  // Judges each block that was decoded, in order, before its bytes reach anybody. May look at `content`.
  virtual Verdict accept(const Found& found, const DecodedBlock& decoded, Bytes content) = 0;

  // Whether the stream really ends where `next` was found. Called in order as well, once all of its blocks were
  // accepted.
  virtual bool accept_end(const Found&) { return false; }
};

// Where a block of a source starts.
struct BlockPlace {
  std::uint64_t compressed = 0;    // offset in the source
  std::uint64_t decompressed = 0;  // offset in the content
  std::uint64_t note = 0;          // whatever the codec needs to begin there
};

// All blocks of a source, stream after stream.
struct BlockIndex {
  std::vector<BlockPlace> blocks{};  // in order
  std::uint64_t size = 0;            // of the whole content
};

}  // namespace larder::internal
