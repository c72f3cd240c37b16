// The BlockDecoding of zlib and gzip: streams whose compressor flushed its state again and again, as larder, `pigz -i`
// and Z_FULL_FLUSH of zlib do.
//
// A flush ends with an empty stored block, which looks like 00 00 FF FF behind a byte boundary. What stands between two
// of them is decoded by itself, as nothing in it refers to what was before. The marker may turn up by chance, and other
// flushes (Z_SYNC_FLUSH, pigz without -i) end with it too, but do refer to what was before. So a block is taken only if
// it needs nothing in front of it, and ends with a whole deflate block where the next one is said to begin: then, if it
// began at a true boundary, its content is what any decoder makes of it, and its end is a true boundary as well.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "codecs/block_decoding.h"
#include "codecs/deflate_wrapper.h"

namespace larder::internal {

// How large the blocks are that are worth it. Whoever flushes seldom gains little by more threads, while blocks are
// held in memory; whoever flushes often loses more on the way through the threads.
struct FlushedBlockSizes {
  std::size_t most_compressed = (std::size_t{2} << 20) + (std::size_t{64} << 10);
  std::size_t most_content = std::size_t{4} << 20;
  std::size_t least_content = std::size_t{16} << 10;  // on average
};

class InflateBlocks final : public BlockDecoding {
 public:
  explicit InflateBlocks(Wrapper wrapper, const FlushedBlockSizes& sizes = {}) noexcept;

  Found find(Bytes ahead, bool all) override;
  Bytes tail() const override;
  std::unique_ptr<BlockDecompressor> decompressor() const override;
  Verdict accept(const Found& found, const DecodedBlock& decoded, Bytes content) override;

 private:
  // The size of the wrapper's header; nothing where it is not there yet, or damaged, as `found` then says.
  std::optional<std::size_t> pass_header(Bytes ahead, bool all, Found& found);
  Found find_block(Bytes ahead, bool all, std::size_t header);
  Found find_trailer(Bytes ahead, bool all) const;
  // Asks for the next bytes, as far as a block may go.
  Found look_further(Bytes ahead) const;

  Wrapper wrapper_;
  FlushedBlockSizes sizes_;
  bool started_ = false;         // the first block was found
  bool last_was_found_ = false;  // a block that no marker follows: the last, or none
  bool ended_ = false;
  std::size_t searched_ = 0;    // bytes ahead in which there is no marker
  std::size_t usual_size_ = 0;  // of the content of a block
  std::uint32_t checksum_;      // of the accepted blocks, as the next two
  std::uint64_t size_ = 0;
  std::uint64_t accepted_ = 0;
};

}  // namespace larder::internal
