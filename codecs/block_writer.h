// The driver of all codecs that compress block by block: a Writer that has the blocks compressed on several threads and
// passes them on, in order, as one stream.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <larder/writer.h>

#include "codecs/block_encoding.h"
#include "codecs/ordered_work.h"

namespace larder::internal {

// Holds at most a block, before and after compression, for each thread and one more; what is written in pieces of many
// blocks is compressed where it lies. finish() ends the stream and flushes `below`; dropped, it writes no end.
class BlockWriter final : public Writer {
 public:
  // `below` is borrowed; `codec` is the name for messages.
  BlockWriter(Writer& below, std::unique_ptr<BlockEncoding> encoding, std::string codec, std::size_t threads);
  ~BlockWriter() override;

 private:
  // A block on its way through the threads.
  struct Block {
    BlockInput input;
    CompressedBlock result;
    bool last = false;
  };

  void do_write(Bytes bytes) override;
  void do_flush() override { below_.flush(); }
  void do_finish() override;
  std::string do_name() const override { return below_.name(); }

  // Gives the blocks at the front of `bytes` to the threads as they lie there, all but the last; returns what is left.
  Bytes give_where_they_lie(Bytes bytes);
  // Has the block that was gathered compressed.
  void give_gathered(bool last);
  void give(std::unique_ptr<Block> block);
  void compress(Block& block, std::size_t thread);
  // Waits for the oldest block and writes it.
  void take();
  std::unique_ptr<Block> fresh_block();

  Writer& below_;
  std::unique_ptr<BlockEncoding> encoding_;
  std::string codec_;
  bool next_is_first_ = true;
  bool begun_ = false;
  std::uint64_t written_ = 0;                                  // bytes of content whose blocks were written
  std::unique_ptr<Block> gathering_;                           // the block that is not full yet
  std::vector<std::unique_ptr<Block>> spare_;                  // to be used again, for their memory
  std::deque<std::unique_ptr<Block>> given_;                   // in order, as many as there are pending jobs
  std::vector<std::unique_ptr<BlockCompressor>> compressors_;  // one a thread, made when it is first used
  OrderedWork work_;  // the last member: its destructor waits for jobs that use the others
};

}  // namespace larder::internal
