#include "codecs/xz_writing.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "codecs/context_pool.h"
#include "codecs/elements.h"
#include "codecs/liblzma.h"
#include "codecs/xz_filters.h"

namespace larder::internal {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

// Text finds its repetitions far away: blocks of a few windows keep what is lost at their starts below 0.5 % at level
// 6, and below 1.5 % at all. Elements find theirs nearer, most of them; and where the cheapest preset will do, they
// need few.
constexpr std::array<std::size_t, 10> text_block_mebibytes = {2, 4, 6, 8, 16, 24, 24, 32, 64, 128};
constexpr std::array<std::size_t, 10> element_block_mebibytes = {2, 4, 4, 4, 4, 4, 4, 4, 4, 4};
constexpr std::size_t long_element_block = 8 * mebibyte;
constexpr int first_with_long_blocks = 3;
constexpr std::size_t cheap_block = mebibyte / 2;

// Filters as a number, for BlockInput::checksum; never 0, which stands for none.
std::uint32_t packed(const XzFilters& filters) {
  return 1u << 31 | static_cast<std::uint32_t>(filters.preset) << 20 | filters.literal_context_bits << 16 |
         filters.literal_position_bits << 13 | filters.position_bits << 10 |
         static_cast<std::uint32_t>(filters.distance);
}
XzFilters unpacked(std::uint32_t number) {
  return {.preset = static_cast<int>(number >> 20 & 15),
          .literal_context_bits = number >> 16 & 15,
          .literal_position_bits = number >> 13 & 7,
          .position_bits = number >> 10 & 7,
          .distance = number & 1023};
}

// Beside the filters: that the block is a long one.
constexpr std::uint32_t is_long = 1u << 30;

using CoderPool = ContextPool<LzmaCoder>;
CoderPool& coders() {
  static auto* pool = new CoderPool;
  return *pool;
}

class XzBlockCompressor final : public BlockCompressor {
 public:
  explicit XzBlockCompressor(int level) : level_(level) {}
  // What large blocks took is too much to lie idle.
  ~XzBlockCompressor() override {
    if (coder_->memory() > most_idle_memory) coder_->clear();
  }

  void compress(const BlockInput& block, bool, CompressedBlock& result) override {
    result.size = block.size;
    result.used = 0;
    result.checksum = 0;
    if (block.bytes.empty()) return;  // a stream may have no block, but none that is empty
    const MutableBytes room = result.room(xz_block_bound(block.bytes.size()));
    const XzFilters filters =
        block.checksum != 0 ? unpacked(block.checksum) : XzFilterChooser(level_).choose(block.bytes);
    // What the index records, apart from the padding, which the length implies.
    result.checksum = coder_->encode_block(block.bytes, filters, room, result.used).unpadded;
  }

 private:
  static constexpr std::uint64_t most_idle_memory = 2 * mebibyte;

  int level_;
  CoderPool::Lease coder_ = coders().take();
};

class XzBlockEncoding final : public BlockEncoding {
 public:
  explicit XzBlockEncoding(int level) : level_(level), index_(static_cast<std::size_t>(level)), chooser_(level) {}

  std::size_t block_size() const override { return text_block_mebibytes[index_] * mebibyte; }
  bool cuts_evenly() const override { return false; }

  // The first bytes of a block say how it is compressed, and with that, how long it is. A block shorter than these is
  // left to its compressor.
  std::size_t gather(Bytes in, BlockInput& block) override {
    std::size_t taken = fill(XzFilterChooser::enough, in, block);
    if (block.own.size() < XzFilterChooser::enough) return taken;
    if (block.checksum == 0) block.checksum = packed(chooser_.choose(block.own));
    const XzFilters filters = unpacked(block.checksum);
    if ((block.checksum & is_long) == 0) {
      taken += fill(size_with(filters), in.subspan(taken), block);
      if (taken == in.size() || !is_too_short(block.own, filters)) return taken;
      block.checksum |= is_long;
    }
    return taken + fill(long_element_block, in.subspan(taken), block);
  }

  std::unique_ptr<BlockCompressor> compressor() const override { return std::make_unique<XzBlockCompressor>(level_); }

  Bytes begin() override { return frame_.head(); }
  Bytes join(const CompressedBlock& block) override {
    if (block.used != 0) frame_.append({.unpadded = block.checksum, .uncompressed = block.size});
    return block.bytes();
  }
  Bytes end() override { return frame_.index_and_foot(); }

 private:
  static bool is_for_text(const XzFilters& filters) { return filters.literal_position_bits == 0; }

  std::size_t size_with(const XzFilters& filters) const {
    if (chooser_.is_cheap(filters)) return cheap_block;
    if (!is_for_text(filters)) return element_block_mebibytes[index_] * mebibyte;
    return text_block_mebibytes[index_] * mebibyte;
  }

  // Whether a block of that size would cut off what is repeated in it.
  bool is_too_short(Bytes block, const XzFilters& filters) const {
    return level_ >= first_with_long_blocks && !is_for_text(filters) && !chooser_.is_cheap(filters) &&
           repeats_far(block, std::size_t{1} << filters.literal_position_bits);
  }

  // Takes of `in` what the block has less than `size`.
  static std::size_t fill(std::size_t size, Bytes in, BlockInput& block) {
    const std::size_t taken = block.own.size() < size ? std::min(in.size(), size - block.own.size()) : 0;
    block.own.append(in.first(taken));
    block.bytes = block.own;
    block.size = block.own.size();
    return taken;
  }

  int level_;
  std::size_t index_;  // of the tables
  XzFilterChooser chooser_;
  XzFrame frame_;
};

}  // namespace

std::unique_ptr<BlockEncoding> xz_block_encoding(int level) { return std::make_unique<XzBlockEncoding>(level); }

}  // namespace larder::internal
