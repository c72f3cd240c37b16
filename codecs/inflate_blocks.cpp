#include "codecs/inflate_blocks.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include <larder/error.h>

#include "codecs/inflate_decoder.h"

namespace larder::internal {
namespace {

// Of content: what larder writes at the default level.
constexpr std::size_t larder_block = std::size_t{2} << 20;

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

// Decodes from a block's start to its end, without anything in front of it.
class InflateBlock final : public BlockDecompressor {
 public:
  InflateBlock(Wrapper wrapper, std::unique_ptr<Inflate> inflate) : wrapper_(wrapper), inflate_(std::move(inflate)) {}

  DecodedBlock decompress(Bytes block, const Found& found, MutableBytes out) override {
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

 private:
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
  std::unique_ptr<Inflate> inflate_;
};

}  // namespace

InflateBlocks::InflateBlocks(Wrapper wrapper, const FlushedBlockSizes& sizes) noexcept
    : wrapper_(wrapper),
      sizes_(sizes),
      usual_size_(std::min(larder_block, sizes.most_content)),
      checksum_(checksum_of_nothing(wrapper)) {}

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
    if (header.complete()) return size;
  } catch (const Error&) {
    return std::nullopt;
  }
  if (!all && ahead.size() < sizes_.most_compressed)
    found = {.kind = Found::Kind::more, .take = sizes_.most_compressed};
  return std::nullopt;
}

Found InflateBlocks::find_block(Bytes ahead, bool all, std::size_t header) {
  const auto end = end_of_flush(ahead, std::max(header + 1, searched_));
  if (!end && !all && ahead.size() < sizes_.most_compressed) {
    searched_ = ahead.size() < 3 ? 0 : ahead.size() - 3;
    return {.kind = Found::Kind::more, .take = sizes_.most_compressed};
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

Found InflateBlocks::find_trailer(Bytes ahead, bool all) const {
  const std::size_t size = trailer_size(wrapper_);
  if (ahead.size() < size) return {.kind = all ? Found::Kind::give_up : Found::Kind::more, .take = size};
  if (fault_of_trailer(wrapper_, ahead.first(size), checksum_, size_) != nullptr) return {};
  return {.kind = Found::Kind::end, .advance = size};
}

std::unique_ptr<BlockDecompressor> InflateBlocks::decompressor() const {
  return std::make_unique<InflateBlock>(wrapper_, fastest_inflate());
}

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
