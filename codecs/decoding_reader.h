// The one driver of all decoders: a Reader of what a Decoder makes of the Reader below.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <larder/limits.h>
#include <larder/plugin/codec.h>
#include <larder/reader.h>

#include "codecs/block_reading.h"

namespace larder::internal {

// How a codec decodes. `decoder` is always there; the others are where streams may be made of blocks (engine.h).
struct Decoding {
  std::function<std::unique_ptr<Decoder>()> decoder;
  std::function<std::unique_ptr<BlockDecoding>()> blocks = {};
  std::function<std::optional<BlockIndex>(Reader& below)> index = {};
  std::function<std::unique_ptr<BlockDecoding>(const BlockPlace& place)> blocks_at = {};
  std::size_t threads = 1;
  bool blocks_are_faster = false;                  // so that they are worth it for one thread
  std::uint64_t least = std::uint64_t{128} << 10;  // compressed bytes that are worth more than one thread
};

// Decompresses streams one after another.
//
// Where `below` can seek, long streams are decoded block by block on several threads (BlockReading). Other streams, and
// those whose blocks turn out to be none, or damaged, go through the Decoder, from their start: it alone judges what is
// an error. It is fed in slices, straight from the window of `below` and straight into the caller's memory.
//
// Consumes of `below` exactly up to the end of each stream, and looks behind it only when more is asked for, so that
// reading just one stream never waits for what follows on a socket. Errors get the position in both streams:
// `truncated` where the input ends inside a stream (an empty input does, for all codecs but raw), `malformed` for
// anything behind the last stream that the decoder does not know, `limit` for more than Limits::bytes or too many empty
// streams in a row.
//
// Can seek where the codec finds all blocks without decoding them; the checksum of a stream in which it jumped is not
// verified.
class DecodingReader final : public Reader {
 public:
  // `below` is borrowed; `codec` is the name for messages.
  DecodingReader(Reader& below, Decoding decoding, std::string codec, const Limits& limits);

 private:
  enum class State {
    before,  // at the start of a stream
    in_stream,
    between,  // a stream has ended, what follows is not known yet
    at_end,
  };

  std::size_t do_read(MutableBytes out) override;
  bool do_can_seek() const override { return index() != nullptr; }
  void do_seek(std::uint64_t position) override;
  std::optional<std::uint64_t> do_size() const override;
  std::string do_name() const override;
  std::uint64_t do_finish() override;

  // Decodes until there are bytes in `out` or the stream ends; returns how many, 0 only at the end of a stream.
  std::size_t decode(MutableBytes out);
  std::size_t decode_blocks(MutableBytes out);
  std::size_t decode_steps(MutableBytes out);
  Step checked_step(Bytes in, MutableBytes out);
  void start_stream();
  // Decodes the content from its start, or from that of the stream, up to where it was left, by the Decoder.
  void decode_again();
  void discard(std::uint64_t size);
  void take_note_of(std::size_t produced, std::uint64_t allowed);
  void end_stream();
  // Passes padding and gets ready for the next stream; false where there is none.
  bool enter_next_stream();
  Decoder& decoder();
  // All blocks of the source, looked for when first asked; null where they cannot be found.
  const BlockIndex* index() const;
  // Runs `work` and adds the position to its error.
  template <class Work>
  auto located(Work work);

  Reader& below_;
  Decoding decoding_;
  std::string codec_;
  Limits limits_;
  State state_ = State::before;
  std::unique_ptr<Decoder> decoder_;      // made when it is first needed
  std::unique_ptr<BlockReading> blocks_;  // of the current stream, while it is read block by block
  std::uint64_t start_;                   // of the first stream, in `below`
  std::uint64_t stream_start_;            // of the current one, or of the first after a jump
  std::uint64_t stream_content_ = 0;      // bytes decoded before that
  std::uint64_t produced_ = 0;            // by all streams
  std::uint64_t produced_before_ = 0;     // by the streams before the current one
  std::uint64_t empty_streams_ = 0;       // in a row
  mutable bool looked_for_index_ = false;
  mutable std::optional<BlockIndex> index_;
};

}  // namespace larder::internal
