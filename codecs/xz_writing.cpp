#include "codecs/xz_writing.h"

#include <algorithm>
#include <array>
#include <bit>

#include "codecs/context_pool.h"
#include "codecs/elements.h"
#include "codecs/liblzma.h"
#include "codecs/xz_filters.h"

namespace larder::internal {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

// Text finds its repetitions far away: blocks of a few windows keep what is lost at their starts below 0.5 % at level
// 6, and below 1.5 % at all.
constexpr std::array<std::size_t, 10> text_block_mebibytes = {2, 4, 6, 8, 16, 24, 24, 32, 64, 128};
// Elements find theirs nearer.
constexpr std::array<std::size_t, 10> element_block_mebibytes = {2, 4, 4, 8, 8, 8, 8, 8, 8, 8};

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
    const XzFilters filters = filters_for(block.bytes, level_, *coder_);
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
  explicit XzBlockEncoding(int level) : level_(level), index_(static_cast<std::size_t>(level)) {}

  std::size_t block_size() const override { return text_block_mebibytes[static_cast<std::size_t>(level_)] * mebibyte; }
  bool cuts_evenly() const override { return false; }

  // The first bytes of a block say how long it is. That is not kept here, but found in the block: small elements after
  // text make no long blocks.
  std::size_t gather(Bytes in, BlockInput& block) override {
    std::size_t taken = 0;
    if (block.own.size() < probe) taken += append(in.first(std::min(in.size(), probe - block.own.size())), block);
    if (block.own.size() < probe) return taken;
    if (block.own.size() == probe) block.checksum = element_width(block.own) == 1 ? 0 : 1;
    const std::size_t size = block.checksum == 0 ? block_size() : element_block_mebibytes[index_] * mebibyte;
    const Bytes rest = in.subspan(taken);
    return taken + append(rest.first(std::min(rest.size(), size - block.own.size())), block);
  }

  std::unique_ptr<BlockCompressor> compressor() const override { return std::make_unique<XzBlockCompressor>(level_); }

  Bytes begin() override { return frame_.head(); }
  Bytes join(const CompressedBlock& block) override {
    if (block.used != 0) frame_.append({.unpadded = block.checksum, .uncompressed = block.size});
    return block.bytes();
  }
  Bytes end() override { return frame_.index_and_foot(); }

 private:
  static constexpr std::size_t probe = 64 * 1024;

  static std::size_t append(Bytes bytes, BlockInput& block) {
    block.own.insert(block.own.end(), bytes.begin(), bytes.end());
    block.bytes = block.own;
    block.size = block.own.size();
    return bytes.size();
  }

  int level_;
  std::size_t index_;  // of the tables
  XzFrame frame_;
};

}  // namespace

std::unique_ptr<BlockEncoding> xz_block_encoding(int level) { return std::make_unique<XzBlockEncoding>(level); }

}  // namespace larder::internal
