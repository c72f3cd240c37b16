// What a codec implements to compress one stream block by block, on several threads. BlockWriter (block_writer.h) is
// the driver.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include <larder/bytes.h>

#include "codecs/buffer.h"

namespace larder::internal {

// The content of one block, before compression.
struct BlockInput {
  Bytes bytes{};               // what to compress: `own`, or memory of the caller that outlives the work on it
  ByteSequence own{};          // what was gathered
  std::uint64_t size = 0;      // bytes of content that were gathered
  bool first = true;           // it is the first of the stream
  std::uint32_t checksum = 0;  // whatever BlockEncoding::gather keeps here for the compressor
};

// What became of a block. The memory is kept from block to block.
class CompressedBlock {
 public:
  // Room for `least` bytes, of unspecified content; what was in it before is gone.
  MutableBytes room(std::size_t least) { return memory_.room(least); }
  Bytes bytes() const noexcept { return memory_.first(used); }

  std::size_t used = 0;        // bytes of the room that are the compressed block
  unsigned last_bits = 8;      // bits of the last byte that count, where blocks end within a byte
  std::uint64_t size = 0;      // bytes of content
  std::uint64_t checksum = 0;  // of the content; which one, the codec knows

 private:
  Buffer memory_;
};

// Compresses blocks, one after another, in one thread; holds the library's context. What it makes of a block depends on
// nothing but the block, the level, and whether it is the first or the last: not on the blocks that it saw before.
class BlockCompressor {
 public:
  BlockCompressor() = default;
  virtual ~BlockCompressor() = default;
  BlockCompressor(const BlockCompressor&) = delete;
  BlockCompressor& operator=(const BlockCompressor&) = delete;

  // Sets all of `result`. `last`: it is the last block of the stream, and may be empty. Throws Error.
  virtual void compress(const BlockInput& block, bool last, CompressedBlock& result) = 0;
};

// How one stream is cut into blocks, and how it is put together. Used by the thread of the Writer alone, but for
// `compressor`, which any thread calls.
class BlockEncoding {
 public:
  BlockEncoding() = default;
  virtual ~BlockEncoding() = default;
  BlockEncoding(const BlockEncoding&) = delete;
  BlockEncoding& operator=(const BlockEncoding&) = delete;

  // Bytes of content in each block but the last; above 0. Depends on the level alone, never on the number of threads.
  virtual std::size_t block_size() const = 0;

  // Whether blocks are cut after `block_size` bytes, as the default `gather` does: large pieces are then compressed
  // where the caller has them.
  virtual bool cuts_evenly() const { return true; }

  // Takes of the front of `in` what the block still holds, and returns how much that was: less than all of it, possibly
  // nothing, means that the block is full. Default: bytes as they are, up to block_size().
  virtual std::size_t gather(Bytes in, BlockInput& block);

  // Sees the content of each block, in order, before it is compressed: for checksums of the whole content.
  virtual void pass(Bytes) {}

  virtual std::unique_ptr<BlockCompressor> compressor() const = 0;

  // The whole length of the content, where it is known. Called before `begin`.
  virtual void expect(std::uint64_t) {}

  // What stands in front of the first block. Valid until the next call, as are the other two.
  virtual Bytes begin() = 0;
  // What is written for a block; called in the order of the blocks. Default: the block as it is.
  virtual Bytes join(const CompressedBlock& block) { return block.bytes(); }
  // What stands behind the last block, which was joined.
  virtual Bytes end() = 0;
};

}  // namespace larder::internal
