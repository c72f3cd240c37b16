#include "codecs/decoding_reader.h"

#include <utility>
#include <vector>

#include "base/text.h"
#include "codecs/slice.h"

namespace larder::internal {

DecodingReader::DecodingReader(Reader& below, std::unique_ptr<Decoder> decoder, std::string codec, const Limits& limits)
    : below_(below), decoder_(std::move(decoder)), codec_(std::move(codec)), limits_(limits) {}

template <class Work>
auto DecodingReader::located(Work work) {
  try {
    return work();
  } catch (Error& error) {
    error.at(join(codec_, ": byte ", below_.position(), " of ", below_.name(), ", byte ", produced_,
                  " after decompression"));
    throw;
  }
}

std::size_t DecodingReader::do_read(MutableBytes out) {
  return located([&] {
    while (state_ != State::at_end) {
      if (state_ == State::between && !enter_next_stream()) break;
      if (const std::size_t size = decode(out); size != 0) return size;
    }
    return std::size_t{0};
  });
}

std::string DecodingReader::do_name() const { return below_.name() + ", decompressed"; }

std::uint64_t DecodingReader::do_finish() {
  return located([&] {
    const std::uint64_t start = position();
    consume(peek(0).size());  // decoded before, but not read
    std::vector<std::byte> scratch(state_ == State::in_stream ? 64 * 1024 : 0);
    while (state_ == State::in_stream) decode(scratch);
    set_position(produced_);
    return produced_ - start;
  });
}

std::size_t DecodingReader::decode(MutableBytes out) {
  // One byte more than the limit allows tells a stream that ends right there from one that goes on.
  const std::uint64_t allowed = limits_.bytes - produced_;
  const std::size_t most = std::min(out.size(), slice_size);
  const MutableBytes room = out.first(allowed < most ? static_cast<std::size_t>(allowed) + 1 : most);
  bool was_idle = false;
  while (true) {
    const Bytes in = first_slice(below_.peek(1));
    const Step step = checked_step(in, room);
    below_.consume(step.consumed);
    if (step.produced > allowed)
      fail(ErrorKind::limit, "there are more decompressed bytes than Limits::bytes allows, ", limits_.bytes);
    produced_ += step.produced;
    if (step.ended) end_stream();
    if (step.ended || step.produced != 0) return step.produced;
    const bool idle = step.consumed == 0;
    if (idle && in.empty()) fail(ErrorKind::truncated, "the input ends before the stream does");
    if (idle && was_idle) fail(ErrorKind::malformed, "the decoder makes no progress");
    was_idle = idle;
  }
}

Step DecodingReader::checked_step(Bytes in, MutableBytes out) {
  const Step step = decoder_->step(in, out, in.empty());
  if (step.consumed > in.size() || step.produced > out.size())
    fail(ErrorKind::malformed, "the decoder claims more bytes than it was given");
  return step;
}

void DecodingReader::end_stream() {
  state_ = State::between;
  empty_streams_ = produced_ == produced_before_ ? empty_streams_ + 1 : 0;
  produced_before_ = produced_;
  if (empty_streams_ > limits_.empty_streams)
    fail(ErrorKind::limit, "more empty streams in a row than Limits::empty_streams allows, ", limits_.empty_streams);
}

bool DecodingReader::enter_next_stream() {
  constexpr std::size_t enough_to_judge = 16;
  while (true) {
    const Bytes next = below_.peek(enough_to_judge);
    if (next.empty()) {
      state_ = State::at_end;
      return false;
    }
    const Tail tail = decoder_->tail(next);
    if (tail.kind == Tail::Kind::end)
      fail(ErrorKind::malformed, "unknown bytes behind the end of the ", codec_, " stream");
    if (tail.kind == Tail::Kind::stream) {
      decoder_->restart();
      state_ = State::in_stream;
      return true;
    }
    if (tail.size == 0) fail(ErrorKind::malformed, "the decoder makes no progress in padding");
    below_.skip(tail.size, "padding");
  }
}

}  // namespace larder::internal
