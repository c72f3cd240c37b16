// The driver of all codecs that decompress block by block: the content of one stream, decoded on several threads.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include <larder/bytes.h>
#include <larder/reader.h>

#include "codecs/block_decoding.h"
#include "codecs/buffer.h"
#include "codecs/ordered_work.h"
#include "codecs/window.h"

namespace larder::internal {

// Reads compressed bytes ahead, has their blocks decoded, and hands the content out in order. Where the caller's memory
// has room for a block it is decoded into it, else into memory of its own: for each thread and one more at most a
// block, before and after; for each thread another one while all of them are less than 6 MiB for each.
class BlockReading {
 public:
  // `below` is borrowed, can seek, and stands where the stream, or the block that `decoding` begins with, starts.
  BlockReading(Reader& below, std::unique_ptr<BlockDecoding> decoding, std::size_t threads);
  ~BlockReading();

  struct Outcome {
    std::size_t produced = 0;
    bool ended = false;    // the stream is complete and verified, and `below` stands right behind it
    bool gave_up = false;  // there is more, but it must be decoded in another way; `below` stands anywhere
  };

  // Fills `out` as far as the stream goes. Outcomes without a byte are ends. Errors: what `below` reports, `limit` for
  // memory.
  Outcome read(MutableBytes out);

  // Whether, after a stream ended, the one that starts at `position` of the source is what is read next.
  bool goes_on_at(std::uint64_t position);

 private:
  // A block on its way through the threads.
  struct Block {
    std::uint64_t start = 0;  // in the source
    ByteSequence compressed{};
    Found found{};
    MutableBytes target{};   // where it should be decoded: in the caller's memory, or in `own`
    bool is_direct = false;  // it should be in the caller's
    bool done = false;       // its job was taken
    // What follows is for the thread that decodes it, until then.
    Buffer own{};
    MutableBytes content{};  // where it was decoded: `target`, or `own` where that was too small
    DecodedBlock decoded{};

    bool is_in_place() const noexcept { return is_direct && content.data() == target.data(); }
  };
  using Verdict = BlockDecoding::Verdict;

  // Looks for blocks and gives them to the threads, until these have enough to do; `out` is what the next bytes of the
  // content are for.
  void look_ahead(MutableBytes out);
  Found look();
  // Whether the threads should have more blocks waiting, when so much content is on its way.
  bool wants_more(std::size_t planned) const noexcept;
  std::unique_ptr<Block> next_block(const Found& found);
  void give(std::unique_ptr<Block> block);
  void decode(Block& block, std::size_t thread);
  // Takes the oldest block: returns how many bytes of the caller's memory it filled, or makes those that it holds
  // itself ready to be handed out, and returns 0.
  std::size_t take_block();
  // Ends the stream whose end is the next in line.
  void take_end();
  void wait_for(Block& block);
  Verdict judge(Block& block);
  // Joins the oldest block with the one behind it and decodes both as one; false where there is none.
  bool join_with_next();
  // Takes the blocks that lie in the caller's memory out of it, once they are decoded: their places turned out wrong.
  void settle();
  void give_up();
  void drop_blocks();
  std::size_t hand_out(MutableBytes out);

  std::unique_ptr<BlockDecoding> decoding_;
  Window window_;                     // of the compressed bytes: it begins where the next look does
  std::optional<Found> early_end_{};  // of the stream, found before all of its blocks were accepted
  bool waits_ = false;                // nothing can be found before all blocks are accepted
  bool ended_ = false;
  bool between_ = false;  // a stream has ended at `boundary_`, and another may follow
  std::uint64_t boundary_ = 0;
  bool gave_up_ = false;
  std::unique_ptr<Block> ready_;                                   // its content is being handed out
  std::size_t handed_out_ = 0;                                     // bytes of it
  std::deque<std::unique_ptr<Block>> blocks_;                      // in order, not accepted yet
  std::vector<std::unique_ptr<BlockDecompressor>> decompressors_;  // one a thread
  OrderedWork work_;  // the last member: its destructor waits for jobs that use the others
};

}  // namespace larder::internal
