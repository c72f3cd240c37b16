#include "codecs/inflate_blocks.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <larder/error.h>

#include "codecs/deflate.h"
#include "codecs/inflate_decoder.h"
#include "codecs/libdeflate.h"

namespace larder::internal {
namespace {

// Compressed bytes that are looked at next.
constexpr std::size_t look_step = std::size_t{256} << 10;

// Whether an empty stored block ends behind the four bytes at `lengths`, as far as they and the byte in front tell: of
// that, the last three bits at least are the block's header, or pad it, and zero.
bool is_flush(Bytes bytes, std::size_t lengths) noexcept {
  static constexpr unsigned char marker[] = {0x00, 0x00, 0xff, 0xff};
  constexpr auto header_bits = std::byte{0xe0};
  return bytes.size() - lengths >= sizeof marker && std::memcmp(bytes.data() + lengths, marker, sizeof marker) == 0 &&
         (bytes[lengths - 1] & header_bits) == std::byte{0};
}

// Offset behind the first flush in `bytes`, whose lengths are not before `from`; nothing where there is none.
std::optional<std::size_t> end_of_flush(Bytes bytes, std::size_t from) noexcept {
  // The third byte of the marker is rare in compressed data.
  for (std::size_t at = from + 2; at < bytes.size(); ++at) {
    const void* const found = std::memchr(bytes.data() + at, 0xff, bytes.size() - at);
    if (found == nullptr) return std::nullopt;
    at = static_cast<std::size_t>(static_cast<const std::byte*>(found) - bytes.data());
    if (is_flush(bytes, at - 2)) return at + 2;
  }
  return std::nullopt;
}

// An empty final block with fixed codes: what libdeflate needs to decode a piece of a stream as if it were a whole one.
//
// Nothing but a decoder that stands at its first bit takes it for a final block: from any other bit on there is none
// that ends within it. So what was decoded up to its end began a block there, or was a final block itself that went on
// into it: a stored one shows it at the end of the content. One with Huffman codes would need a marker by chance, and
// an end code with seven zeros in a row; the checksum of the stream tells it.
constexpr std::array tail_block = {std::byte{0x03}, std::byte{0x00}};

// Decodes from a block's start to its end, without anything in front of it.
class InflateBlock final : public BlockDecompressor {
 public:
  InflateBlock(Wrapper wrapper, const WholeInflate* whole) : wrapper_(wrapper), whole_(whole) {}

  DecodedBlock decompress(Bytes block, const Found& found, MutableBytes out) override {
    if (whole_ != nullptr) {
      if (const auto result = decompress_whole(block, found, out)) return *result;
    }
    return decompress_steps(block.first(found.take), found, out);
  }

 private:
  // Nothing where it is not decoded, for the other way to say why.
  std::optional<DecodedBlock> decompress_whole(Bytes block, const Found& found, MutableBytes out) const {
    const auto header = static_cast<std::size_t>(found.note);
    const auto inflated = whole_->inflate(block.subspan(header), out);
    if (inflated.too_long) return DecodedBlock{.size = out.size() + 1};
    if (!inflated.decoded) return std::nullopt;
    const std::size_t used = header + inflated.used;
    const bool ended = used <= found.take;  // else the tail did
    if (!ended && used != block.size()) return std::nullopt;
    const Bytes content = Bytes(out).first(inflated.size);
    if (!ended && ends_with_tail(content)) return std::nullopt;
    return DecodedBlock{.decoded = true,
                        .size = content.size(),
                        .used = std::min(used, found.take),
                        .checksum = checksum(wrapper_, checksum_of_nothing(wrapper_), content),
                        .note = ended ? 1U : 0U};
  }

  // As where a stored block swallowed it.
  static bool ends_with_tail(Bytes content) noexcept {
    return content.size() >= tail_block.size() &&
           std::equal(tail_block.begin(), tail_block.end(), content.end() - std::ptrdiff_t{tail_block.size()});
  }

  DecodedBlock decompress_steps(Bytes block, const Found& found, MutableBytes out) {
    if (!inflate_) inflate_ = fastest_inflate();
    const auto header = static_cast<std::size_t>(found.note);
    DecodedBlock result{.used = header};
    try {
      inflate_->restart();
      inflate(block, out, result);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::malformed) throw;
      return {};
    }
    return result;
  }

  void inflate(Bytes block, MutableBytes out, DecodedBlock& result) {
    std::uint32_t sum = checksum_of_nothing(wrapper_);
    while (result.size < out.size()) {
      const MutableBytes room = out.subspan(result.size, std::min(out.size() - result.size, cached_content));
      const Step step = inflate_->step(block.subspan(result.used), room);
      sum = checksum(wrapper_, sum, room.first(step.produced));
      result.used += step.consumed;
      result.size += step.produced;
      result.checksum = sum;
      result.note = step.ended ? 1 : 0;
      result.decoded = step.ended || (result.used == block.size() && inflate_->at_block_start());
      result.incomplete = !result.decoded && step.produced < room.size();
      if (result.decoded || result.incomplete) return;
    }
    ++result.size;
  }

  Wrapper wrapper_;
  const WholeInflate* whole_;         // null where there is none
  std::unique_ptr<Inflate> inflate_;  // made when it is first needed
};

}  // namespace

InflateBlocks::InflateBlocks(Wrapper wrapper, const FlushedBlockSizes& sizes) noexcept
    : wrapper_(wrapper), sizes_(sizes), checksum_(checksum_of_nothing(wrapper)) {}

Found InflateBlocks::find(Bytes ahead, bool all) {
  if (ended_) return find_trailer(ahead, all);
  if (last_was_found_ || (all && ahead.empty())) return {.kind = Found::Kind::wait};
  if (started_) return find_block(ahead, all, 0);
  Found found;
  const auto header = pass_header(ahead, all, found);
  return header ? find_block(ahead, all, *header) : found;
}

std::optional<std::size_t> InflateBlocks::pass_header(Bytes ahead, bool all, Found& found) {
  WrapperHeader header(wrapper_);
  try {
    const std::size_t size = header.take(ahead);
    if (header.complete()) {
      usual_size_ = std::min(deflate_block_size(likely_level(wrapper_, ahead)), sizes_.most_content);
      return size;
    }
  } catch (const Error&) {
    return std::nullopt;
  }
  if (!all && ahead.size() < sizes_.most_compressed) found = look_further(ahead);
  return std::nullopt;
}

Found InflateBlocks::find_block(Bytes ahead, bool all, std::size_t header) {
  const auto end = end_of_flush(ahead, std::max(header + 1, searched_));
  if (!end && !all && ahead.size() < sizes_.most_compressed) {
    searched_ = ahead.size() < 3 ? 0 : ahead.size() - 3;
    return look_further(ahead);
  }
  const bool is_first = !std::exchange(started_, true);
  if (!end && is_first) return {};
  last_was_found_ = !end;
  searched_ = 0;
  const std::size_t size = end.value_or(ahead.size());
  return {.kind = Found::Kind::block,
          .take = size,
          .advance = size,
          .size = usual_size_,
          .most = sizes_.most_content,
          .note = header};
}

Found InflateBlocks::look_further(Bytes ahead) const {
  return {.kind = Found::Kind::more, .take = std::min(ahead.size() + look_step, sizes_.most_compressed)};
}

Found InflateBlocks::find_trailer(Bytes ahead, bool all) const {
  const std::size_t size = trailer_size(wrapper_);
  if (ahead.size() < size) return {.kind = all ? Found::Kind::give_up : Found::Kind::more, .take = size};
  if (fault_of_trailer(wrapper_, ahead.first(size), checksum_, size_) != nullptr) return {};
  return {.kind = Found::Kind::end, .advance = size};
}

std::unique_ptr<BlockDecompressor> InflateBlocks::decompressor() const {
  return std::make_unique<InflateBlock>(wrapper_, libdeflate_inflate());
}

Bytes InflateBlocks::tail() const { return libdeflate_inflate() == nullptr ? Bytes() : Bytes(tail_block); }

BlockDecoding::Verdict InflateBlocks::accept(const Found&, const DecodedBlock& decoded, Bytes) {
  const auto checksum_of_block = static_cast<std::uint32_t>(decoded.checksum);
  checksum_ = joined_checksum(wrapper_, checksum_, checksum_of_block, decoded.size);
  size_ += decoded.size;
  ++accepted_;
  ended_ = decoded.note != 0;
  if (ended_) return Verdict::ends;
  if (decoded.size >= sizes_.least_content) usual_size_ = decoded.size;
  return size_ / accepted_ < sizes_.least_content ? Verdict::wrong : Verdict::right;
}

}  // namespace larder::internal
