#include "codecs/xz_reading.h"

#include <algorithm>

#include "base/checked.h"
#include "codecs/liblzma.h"

namespace larder::internal {
namespace {

// Where a block begins in the bytes that its decompressor is given (a first one comes with the head of the stream), and
// the stream's kind of checksum, in Found::note.
struct BlockNote {
  std::size_t offset;
  int check;

  std::uint64_t packed() const noexcept { return std::uint64_t{offset} * 16 + static_cast<std::uint64_t>(check); }
  static BlockNote of(std::uint64_t packed) noexcept { return {packed / 16, static_cast<int>(packed % 16)}; }
};

class XzBlockDecompressor final : public BlockDecompressor {
 public:
  DecodedBlock decompress(Bytes block, const Found& found, MutableBytes out) override {
    const BlockNote note = BlockNote::of(found.note);
    if (!coder_.decode_block(block.subspan(note.offset), note.check, out.first(found.size))) return {};
    return {.decoded = true, .size = found.size, .used = block.size()};
  }

 private:
  LzmaCoder coder_;
};

// What both ways to read a stream share: its blocks.
class XzBlocks : public BlockDecoding {
 public:
  explicit XzBlocks(const Limits& limits) : most_memory_(limits.codec_memory) {}

  std::unique_ptr<BlockDecompressor> decompressor() const override { return std::make_unique<XzBlockDecompressor>(); }

  // The library has verified the checksum.
  Verdict accept(const Found&, const DecodedBlock& decoded, Bytes) override {
    return decoded.decoded ? Verdict::right : Verdict::wrong;
  }

 protected:
  static Found give_up() { return {.kind = Found::Kind::give_up}; }
  static Found more(std::size_t take, bool all) {
    return all ? give_up() : Found{.kind = Found::Kind::more, .take = take};
  }
  static Found end(std::size_t advance) { return {.kind = Found::Kind::end, .advance = advance}; }

  // The block or index that begins at `offset` of the bytes ahead.
  Found find_at(std::size_t offset, Bytes ahead, bool all, int check) {
    if (ahead.size() <= offset) return more(offset + 1, all);
    const std::size_t head_size = xz_block_head_size(ahead[offset]);
    if (head_size == 0) return find_end(offset, ahead, all, check);
    if (ahead.size() - offset < head_size) return more(offset + head_size, all);
    const std::optional<XzBlockHead> head = read_xz_block_head(ahead.subspan(offset, head_size), check);
    if (!head || !is_affordable(*head)) return give_up();
    const std::size_t take = offset + static_cast<std::size_t>(head->total);
    if (ahead.size() < take) return more(take, all);
    if (!pass(*head)) return give_up();
    const auto size = static_cast<std::size_t>(head->record.uncompressed);
    return {.kind = Found::Kind::block,
            .take = take,
            .advance = take,
            .size = size,
            .most = size,
            .note = BlockNote{offset, check}.packed()};
  }

 private:
  // What begins where a block might, but is none.
  virtual Found find_end(std::size_t offset, Bytes ahead, bool all, int check) = 0;
  // Takes note of a block that was found; false where the stream cannot hold it.
  virtual bool pass(const XzBlockHead& head) = 0;

  // Whether the block, compressed and not, and its decoder stay within what one decoder may take, and whether LZMA can
  // at all shrink so much content to so little: it takes more than a third of a bit for 273 bytes.
  bool is_affordable(const XzBlockHead& head) const {
    constexpr std::uint64_t largest_ratio = 10'000;
    const auto whole = checked_add(head.total, head.record.uncompressed);
    return whole && *whole <= most_memory_ && head.memory <= most_memory_ &&
           head.record.uncompressed / largest_ratio <= head.total;
  }

  std::uint64_t most_memory_;
};

// A whole stream: head, blocks, index, foot.
class XzBlockDecoding final : public XzBlocks {
 public:
  using XzBlocks::XzBlocks;

  Found find(Bytes ahead, bool all) override {
    std::size_t offset = 0;
    if (in_head_) {
      if (ahead.size() < xz_stream_head_size) return more(xz_stream_head_size, all);
      check_ = read_xz_stream_head(ahead.first(xz_stream_head_size));
      if (!check_) return give_up();
      offset = xz_stream_head_size;
    }
    const Found found = find_at(offset, ahead, all, *check_);
    in_head_ = in_head_ && found.kind == Found::Kind::more;
    return found;
  }

 private:
  Found find_end(std::size_t offset, Bytes ahead, bool all, int check) override {
    const auto take = checked_cast<std::size_t>(offset + index_.size());
    if (!take) return give_up();
    if (ahead.size() < *take) return more(*take, all);
    return index_.fits(ahead.subspan(offset, *take - offset), check) ? end(*take) : give_up();
  }
  bool pass(const XzBlockHead& head) override { return index_.append(head.record); }

  std::optional<int> check_;
  bool in_head_ = true;  // the stream's head is still ahead
  XzIndexCheck index_;
};

// The rest of a stream whose index was read before.
class XzRestDecoding final : public XzBlocks {
 public:
  XzRestDecoding(const BlockPlace& place, const Limits& limits)
      : XzBlocks(limits), check_(static_cast<int>(place.note % 16)), left_(place.note / 16) {}

  Found find(Bytes ahead, bool all) override { return find_at(0, ahead, all, check_); }

 private:
  Found find_end(std::size_t, Bytes ahead, bool all, int) override {
    const auto take = checked_cast<std::size_t>(left_);
    if (!take) return give_up();
    return ahead.size() < *take ? more(*take, all) : end(*take);
  }
  bool pass(const XzBlockHead& head) override {
    if (head.total > left_) return false;
    left_ -= head.total;
    return true;
  }

  int check_;
  std::uint64_t left_;  // bytes of the stream
};

}  // namespace

std::unique_ptr<BlockDecoding> xz_block_decoding(const Limits& limits) {
  return std::make_unique<XzBlockDecoding>(limits);
}

std::unique_ptr<BlockDecoding> xz_block_decoding_at(const BlockPlace& place, const Limits& limits) {
  return std::make_unique<XzRestDecoding>(place, limits);
}

}  // namespace larder::internal
