// The one driver of all decoders: a Reader of what a Decoder makes of the Reader below.
#pragma once

#include <memory>
#include <string>

#include <larder/limits.h>
#include <larder/plugin/codec.h>
#include <larder/reader.h>

namespace larder::internal {

// Decompresses streams one after another.
//
// Feeds the decoder in slices, straight from the window of `below` and straight into the caller's memory. Consumes of
// `below` exactly up to the end of each stream, and looks behind it only when more is asked for, so that reading just
// one stream never waits for what follows on a socket. Errors get the position in both streams: `truncated` where the
// input ends inside a stream (an empty input does, for all codecs but raw), `malformed` for anything behind the last
// stream that the decoder does not know, `limit` for more than Limits::bytes or too many empty streams in a row.
class DecodingReader final : public Reader {
 public:
  // `below` is borrowed; `codec` is the name for messages.
  DecodingReader(Reader& below, std::unique_ptr<Decoder> decoder, std::string codec, const Limits& limits);

 private:
  enum class State {
    in_stream,  // also before the first byte
    between,    // a stream has ended, what follows is not known yet
    at_end,
  };

  std::size_t do_read(MutableBytes out) override;
  std::string do_name() const override;
  std::uint64_t do_finish() override;

  // Decodes until there are bytes in `out` or the stream ends; returns how many, 0 only at the end of a stream.
  std::size_t decode(MutableBytes out);
  Step checked_step(Bytes in, MutableBytes out);
  void end_stream();
  // Passes padding and gets ready for the next stream; false where there is none.
  bool enter_next_stream();
  // Runs `work` and adds the position to its error.
  template <class Work>
  auto located(Work work);

  Reader& below_;
  std::unique_ptr<Decoder> decoder_;
  std::string codec_;
  Limits limits_;
  State state_ = State::in_stream;
  std::uint64_t produced_ = 0;         // by all streams
  std::uint64_t produced_before_ = 0;  // by the streams before the current one
  std::uint64_t empty_streams_ = 0;    // in a row
};

}  // namespace larder::internal
