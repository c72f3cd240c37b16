#include "codecs/deflate_encoding.h"

#include <algorithm>
#include <array>

#include "base/byte_order.h"
#include "codecs/deflate_effort.h"

namespace larder::internal {
namespace {

constexpr std::size_t stored_most = 0xffff;  // bytes in a stored block of deflate
constexpr std::size_t stored_head = 5;

std::size_t stored_size(std::size_t size, bool last) noexcept {
  const std::size_t pieces = (size + stored_most - 1) / stored_most + (last ? 0 : 1);
  return size + pieces * stored_head;
}

std::byte* put_stored_head(std::byte* to, std::size_t size, bool final) noexcept {
  const auto length = static_cast<std::uint16_t>(size);
  *to = std::byte{final};
  store_le(to + 1, length);
  store_le(to + 3, static_cast<std::uint16_t>(~length));
  return to + stored_head;
}

// The content as it is, in `out` of stored_size().
void store(Bytes content, bool last, MutableBytes out) noexcept {
  std::byte* to = out.data();
  while (!content.empty()) {
    const Bytes piece = content.first(std::min(content.size(), stored_most));
    content = content.subspan(piece.size());
    to = put_stored_head(to, piece.size(), last && content.empty());
    to = std::copy(piece.begin(), piece.end(), to);
  }
  if (!last) put_stored_head(to, 0, false);
}

class DeflateCompressor final : public BlockCompressor {
 public:
  DeflateCompressor(Wrapper wrapper, const DeflateChoice& choice) : wrapper_(wrapper), choice_(choice) {}

  void compress(const BlockInput& block, bool last, CompressedBlock& result) override {
    const Bytes content = block.bytes;
    result.size = content.size();
    result.checksum = checksum(wrapper_, checksum_of_nothing(wrapper_), content);
    result.used = content.empty() ? put_end(result) : deflate(content, last, result);
  }

 private:
  // A block without content, as zlib writes it: only the last one may be so.
  static std::size_t put_end(CompressedBlock& result) {
    constexpr std::array end = {std::byte{0x03}, std::byte{0x00}};
    std::copy(end.begin(), end.end(), result.room(end.size()).begin());
    return end.size();
  }

  std::size_t deflate(Bytes content, bool last, CompressedBlock& result) const {
    constexpr std::size_t room_to_fail_in = 64;  // libraries want more room than they use
    const std::size_t stored = stored_size(content.size(), last);
    const MutableBytes out = result.room(stored + room_to_fail_in);
    const DeflateEffort effort = choice_.effort_for(content, out);
    const std::size_t used = effort.library->deflate(effort.level, content, last, out);
    if (used != 0 && used <= stored) return used;
    store(content, last, out.first(stored));
    return stored;
  }

  Wrapper wrapper_;
  DeflateChoice choice_;
};

class DeflateEncoding final : public BlockEncoding {
 public:
  DeflateEncoding(Wrapper wrapper, int level)
      : wrapper_(wrapper), level_(level), choice_(level), checksum_(checksum_of_nothing(wrapper)) {}

  std::size_t block_size() const override { return deflate_block_size(level_); }

  std::unique_ptr<BlockCompressor> compressor() const override {
    return std::make_unique<DeflateCompressor>(wrapper_, choice_);
  }

  Bytes begin() override { return write_header(wrapper_, level_, wrapping_); }

  Bytes join(const CompressedBlock& block) override {
    const auto checksum = static_cast<std::uint32_t>(block.checksum);
    checksum_ = size_ == 0 ? checksum : joined_checksum(wrapper_, checksum_, checksum, block.size);
    size_ += block.size;
    return block.bytes();
  }

  Bytes end() override { return write_trailer(wrapper_, checksum_, size_, wrapping_); }

 private:
  Wrapper wrapper_;
  int level_;
  DeflateChoice choice_;
  std::uint32_t checksum_;
  std::uint64_t size_ = 0;
  std::array<std::byte, longest_wrapping> wrapping_{};
};

}  // namespace

std::unique_ptr<BlockEncoding> deflate_encoding(Wrapper wrapper, int level) {
  return std::make_unique<DeflateEncoding>(wrapper, level);
}

}  // namespace larder::internal
