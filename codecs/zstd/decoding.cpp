#include "codecs/zstd/decoding.h"

#include <algorithm>
#include <utility>

#include "base/byte_order.h"
#include "codecs/buffer.h"
#include "codecs/skippable.h"
#include "codecs/xxhash.h"
#include "codecs/zstd/frame.h"
#include "codecs/zstd/independence.h"
#include "codecs/zstd/libzstd.h"

namespace larder::internal::zstd {
namespace {

Found more(std::size_t wanted) { return {.kind = Found::Kind::more, .take = wanted}; }

// Found::note: where in its bytes the blocks of a section are, or that it is a whole frame.
constexpr std::uint64_t whole_frame = ~std::uint64_t{0};

class Decompressor final : public BlockDecompressor {
 public:
  DecodedBlock decompress(Bytes block, const Found& found, MutableBytes out) override {
    if (found.note != whole_frame) return decompress_section(block, found, out);
    const auto size = frames_.decompress(block, out.first(found.size));
    if (!size) return {};
    return {.decoded = true, .size = *size, .used = block.size()};
  }

 private:
  // Makes a frame of it.
  DecodedBlock decompress_section(Bytes block, const Found& found, MutableBytes out) {
    const Bytes blocks = block.subspan(static_cast<std::size_t>(found.note));
    if (!uses_own_offsets(blocks)) return {};
    const auto header = make_header({.content_size = found.size});
    const MutableBytes frame = frame_.room(header.size() + blocks.size() + last_block.size());
    auto end = std::ranges::copy(header, frame.begin()).out;
    end = std::ranges::copy(blocks, end).out;
    std::ranges::copy(last_block, end);
    const auto size = frames_.decompress(frame, out.first(found.size));
    if (size != found.size) return {};
    return {.decoded = true, .size = *size, .used = block.size()};
  }

  FrameDecompressor frames_;
  Buffer frame_;
};

class ZstdDecoding final : public BlockDecoding {
 public:
  explicit ZstdDecoding(const Limits& limits) : window_(limits.window) {}
  // From a section on, in a frame that has or has not a checksum.
  explicit ZstdDecoding(bool checksum) : header_(FrameHeader{.checksum = checksum}), is_whole_(false) {}

  Found find(Bytes ahead, bool all) override {
    if (std::exchange(frame_ended_, false)) return {.kind = Found::Kind::next};
    if (!header_) {
      if (ahead.size() < most_header) return more(most_header);
      if (is_skippable(ahead)) return skippable(ahead);
      const auto header = parse_header(ahead);
      if (!header || header->dictionary || header->window > window_) return {};
      if (ahead.size() < header->size + mark_size) return more(header->size + mark_size);
      if (!parse_mark(ahead.subspan(header->size))) return frame(*header, ahead, all);
      header_ = header;
      in_front_ = header->size;
    }
    const std::size_t least = in_front_ + BlockHeader::size;
    if (ahead.size() < least) return more(least);
    const bool is_last = std::ranges::equal(ahead.subspan(in_front_, last_block.size()), last_block);
    return is_last && in_front_ == 0 ? end(ahead) : section(ahead);
  }

  std::unique_ptr<BlockDecompressor> decompressor() const override { return std::make_unique<Decompressor>(); }

  Verdict accept(const Found& found, const DecodedBlock& decoded, Bytes content) override {
    ++accepted_;
    if (found.note == whole_frame) return Verdict::right;
    size_ += decoded.size;
    if (is_whole_ && header_->checksum) checksum_.add(content);
    return Verdict::right;
  }
  bool accept_end(const Found&) override { return true; }

 private:
  // What pzstd and others put between frames.
  Found skippable(Bytes ahead);
  Found frame(const FrameHeader& header, Bytes ahead, bool all);
  Found section(Bytes ahead);
  Found end(Bytes ahead) const;
  // What the frame says of its whole content.
  bool is_right(const std::byte* checksum) const;

  std::uint64_t window_ = 0;             // the largest that is accepted
  std::optional<FrameHeader> header_{};  // of the frame of sections
  bool is_whole_ = true;
  bool frame_ended_ = false;       // a whole frame was found, and what follows is another stream
  bool behind_skippable_ = false;  // pzstd's do not tell how large their content is, but they are short
  bool is_first_ = true;           // no stream was found before
  std::size_t in_front_ = 0;       // bytes of the header, which the first section takes along
  std::uint64_t found_ = 0;        // sections
  std::uint64_t accepted_ = 0;     // sections
  std::uint64_t size_ = 0;         // of their content
  Xxh64 checksum_;
};

Found ZstdDecoding::skippable(Bytes ahead) {
  constexpr std::size_t header = 8;
  constexpr std::size_t most = std::size_t{64} << 10;
  const auto size = load_le<std::uint32_t>(ahead.data() + 4);
  if (size > most) return {};
  if (ahead.size() < header + size) return more(header + size);
  behind_skippable_ = true;
  is_first_ = false;
  return {.kind = Found::Kind::next, .advance = header + size};
}

Found ZstdDecoding::frame(const FrameHeader& header, Bytes ahead, bool all) {
  const bool is_short = header.content_size ? *header.content_size <= most_section : behind_skippable_;
  if (!is_short) return {};
  const BlockExtent blocks = extent_of_blocks(ahead.subspan(header.size));
  const std::size_t whole = header.size + blocks.size + (header.checksum ? checksum_size : 0);
  const std::size_t most = blocks.blocks * most_block_content;
  if (whole > most_section || most > most_section + most_block_content) return {};
  if (!blocks.ended || ahead.size() < whole) return more(whole);
  if (header.content_size.value_or(0) > most) return {};
  // A frame alone is for the decoder, which needs less memory.
  if (is_first_ && all && ahead.size() == whole) return {};
  ++found_;
  frame_ended_ = true;
  is_first_ = false;
  behind_skippable_ = false;
  const auto size = static_cast<std::size_t>(header.content_size.value_or(most));
  return {.kind = Found::Kind::block,
          .take = whole,
          .advance = whole,
          .size = size,
          .most = size,
          .guessed = !header.content_size,
          .note = whole_frame};
}

Found ZstdDecoding::section(Bytes ahead) {
  const std::size_t front = in_front_ + mark_size;
  if (ahead.size() < front) return more(front);
  const auto mark = parse_mark(ahead.subspan(in_front_));
  if (!mark || (is_whole_ && mark->window != header_->window)) return {};
  const std::size_t whole = front + mark->stored;
  if (ahead.size() < whole) return more(whole);
  const auto run = walk_blocks(ahead.subspan(front, mark->stored), false);
  if (!run || mark->content > run->blocks * most_block_content) return {};
  ++found_;
  in_front_ = 0;
  return {.kind = Found::Kind::block,
          .take = whole,
          .advance = whole,
          .size = mark->content,
          .most = mark->content,
          .note = front};
}

Found ZstdDecoding::end(Bytes ahead) const {
  const std::size_t whole = last_block.size() + (header_->checksum ? checksum_size : 0);
  if (ahead.size() < whole) return more(whole);
  if (accepted_ != found_) return {.kind = Found::Kind::wait};
  if (is_whole_ && !is_right(ahead.data() + last_block.size())) return {};
  return {.kind = Found::Kind::end, .advance = whole};
}

bool ZstdDecoding::is_right(const std::byte* checksum) const {
  if (header_->content_size && *header_->content_size != size_) return false;
  return !header_->checksum || load_le<std::uint32_t>(checksum) == static_cast<std::uint32_t>(checksum_.value());
}

// Adds the sections of the frame at which `below` stands, and leaves it behind that frame. False where it is not made
// of sections, or goes beyond `source_end`.
bool add_frame(Reader& below, std::uint64_t source_end, const Limits& limits, BlockIndex& index) {
  const auto header = parse_header(below.peek(most_header));
  if (!header || header->dictionary || header->window > limits.window) return false;
  const std::uint64_t size_before = index.size;
  below.skip(header->size, "the header");
  while (true) {
    const std::uint64_t at = below.position();
    const Bytes head = below.peek(mark_size);
    if (head.size() >= last_block.size() && std::ranges::equal(head.first(last_block.size()), last_block)) break;
    const auto mark = parse_mark(head);
    if (!mark || mark->window != header->window || mark->stored > source_end - at - mark_size) return false;
    index.blocks.push_back({.compressed = at, .decompressed = index.size, .note = header->checksum ? 1U : 0U});
    index.size += mark->content;
    below.seek(at + mark_size + mark->stored);
  }
  if (header->content_size && *header->content_size != index.size - size_before) return false;
  const std::uint64_t end = below.position() + last_block.size() + (header->checksum ? checksum_size : 0);
  if (end > source_end) return false;
  below.seek(end);
  return index.size != size_before;
}

}  // namespace

std::unique_ptr<BlockDecoding> decoding(const Limits& limits) { return std::make_unique<ZstdDecoding>(limits); }

std::optional<BlockIndex> index(Reader& below, const Limits& limits) {
  BlockIndex result;
  const std::uint64_t end = below.size().value_or(0);
  do {
    if (!add_frame(below, end, limits, result)) return std::nullopt;
  } while (below.position() < end);
  return result;
}

std::unique_ptr<BlockDecoding> decoding_at(const BlockPlace& place, const Limits&) {
  return std::make_unique<ZstdDecoding>(place.note != 0);
}

}  // namespace larder::internal::zstd
