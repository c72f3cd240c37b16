#include "codecs/decoding_reader.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "base/text.h"
#include "codecs/slice.h"

namespace larder::internal {

namespace {

constexpr std::size_t scratch_size = std::size_t{64} << 10;

}  // namespace

DecodingReader::DecodingReader(Reader& below, Decoding decoding, std::string codec, const Limits& limits)
    : below_(below),
      decoding_(std::move(decoding)),
      codec_(std::move(codec)),
      limits_(limits),
      start_(below.position()),
      stream_start_(start_) {}

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
    const bool ended = state_ == State::between || state_ == State::at_end;
    std::vector<std::byte> scratch(ended ? 0 : scratch_size);
    while (state_ != State::between && state_ != State::at_end) decode(scratch);
    set_position(produced_);
    return produced_ - start;
  });
}

std::optional<std::uint64_t> DecodingReader::do_size() const {
  const BlockIndex* blocks = index();
  return blocks == nullptr ? std::nullopt : std::optional(blocks->size);
}

void DecodingReader::do_seek(std::uint64_t position) {
  located([&] {
    const auto& places = index()->blocks;
    const auto behind = std::ranges::upper_bound(places, position, {}, &BlockPlace::decompressed);
    const bool in_current_block = position >= produced_ &&
                                  (behind == places.end() || behind->decompressed > position) &&
                                  (behind == places.begin() || std::prev(behind)->decompressed <= produced_);
    if (!in_current_block && behind != places.begin()) {
      const BlockPlace& place = *std::prev(behind);
      below_.seek(place.compressed);
      blocks_ = std::make_unique<BlockReading>(below_, decoding_.blocks_at(place), decoding_.threads);
      state_ = State::in_stream;
      produced_ = produced_before_ = place.decompressed;
      empty_streams_ = 0;
      stream_start_ = start_;
      stream_content_ = 0;
    }
    discard(position - produced_);
  });
}

const BlockIndex* DecodingReader::index() const {
  if (!std::exchange(looked_for_index_, true) && decoding_.index && below_.can_seek()) {
    const std::uint64_t position = below_.position();
    below_.seek(start_);
    index_ = decoding_.index(below_);
    below_.seek(position);
  }
  return index_ ? &*index_ : nullptr;
}

Decoder& DecodingReader::decoder() {
  if (!decoder_) decoder_ = decoding_.decoder();
  return *decoder_;
}

void DecodingReader::start_stream() {
  state_ = State::in_stream;
  stream_start_ = below_.position();
  stream_content_ = produced_;
  if (blocks_ && blocks_->goes_on_at(stream_start_)) return;
  blocks_.reset();
  const bool alone = decoding_.threads == 1 && !decoding_.blocks_are_faster;
  if (!decoding_.blocks || alone || !below_.can_seek()) return;
  const std::uint64_t size = below_.size().value_or(0);
  if (size > stream_start_ && size - stream_start_ >= decoding_.least)
    blocks_ = std::make_unique<BlockReading>(below_, decoding_.blocks(), decoding_.threads);
}

std::size_t DecodingReader::decode(MutableBytes out) {
  if (state_ == State::before) start_stream();
  if (blocks_) {
    if (const std::size_t produced = decode_blocks(out); produced != 0 || state_ != State::in_stream) return produced;
    decode_again();
    if (state_ != State::in_stream) return 0;
  }
  return decode_steps(out);
}

std::size_t DecodingReader::decode_blocks(MutableBytes out) {
  const std::uint64_t allowed = limits_.bytes - produced_;
  // One byte more than the limit allows tells a stream that ends right there from one that goes on.
  const auto outcome =
      blocks_->read(out.first(allowed < out.size() ? static_cast<std::size_t>(allowed) + 1 : out.size()));
  take_note_of(outcome.produced, allowed);
  if (outcome.ended) end_stream();
  if (outcome.gave_up) blocks_.reset();
  return outcome.produced;
}

void DecodingReader::decode_again() {
  const std::uint64_t there = produced_;
  below_.seek(stream_start_);
  produced_ = produced_before_ = stream_content_;
  decoder_.reset();
  discard(there - produced_);
}

void DecodingReader::discard(std::uint64_t size) {
  std::vector<std::byte> scratch(static_cast<std::size_t>(std::min<std::uint64_t>(size, scratch_size)));
  while (size != 0) {
    const MutableBytes part =
        MutableBytes(scratch).first(static_cast<std::size_t>(std::min<std::uint64_t>(size, scratch.size())));
    while (state_ == State::between && enter_next_stream()) {
    }
    if (state_ == State::at_end)
      fail(ErrorKind::malformed, "the content is shorter than it was, or than its blocks say");
    size -= decode(part);
  }
}

void DecodingReader::take_note_of(std::size_t produced, std::uint64_t allowed) {
  if (produced > allowed)
    fail(ErrorKind::limit, "there are more decompressed bytes than Limits::bytes allows, ", limits_.bytes);
  produced_ += produced;
}

std::size_t DecodingReader::decode_steps(MutableBytes out) {
  const std::uint64_t allowed = limits_.bytes - produced_;
  const std::size_t most = std::min(out.size(), slice_size);
  const MutableBytes room = out.first(allowed < most ? static_cast<std::size_t>(allowed) + 1 : most);
  bool was_idle = false;
  while (true) {
    const Bytes in = first_slice(below_.peek(1));
    const Step step = checked_step(in, room);
    below_.consume(step.consumed);
    take_note_of(step.produced, allowed);
    if (step.ended) end_stream();
    if (step.ended || step.produced != 0) return step.produced;
    const bool idle = step.consumed == 0;
    if (idle && in.empty()) fail(ErrorKind::truncated, "the input ends before the stream does");
    if (idle && was_idle) fail(ErrorKind::malformed, "the decoder makes no progress");
    was_idle = idle;
  }
}

Step DecodingReader::checked_step(Bytes in, MutableBytes out) {
  const Step step = decoder().step(in, out, in.empty());
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
    const Tail tail = decoder().tail(next);
    if (tail.kind == Tail::Kind::end)
      fail(ErrorKind::malformed, "unknown bytes behind the end of the ", codec_, " stream");
    if (tail.kind == Tail::Kind::stream) {
      decoder().restart();
      state_ = State::before;
      return true;
    }
    if (tail.size == 0) fail(ErrorKind::malformed, "the decoder makes no progress in padding");
    below_.skip(tail.size, "padding");
  }
}

}  // namespace larder::internal
