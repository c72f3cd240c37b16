#include "codecs/bz2/encoding.h"

#include <array>
#include <vector>

#include "base/byte_order.h"
#include "codecs/bz2/bits.h"
#include "codecs/bz2/block_encoder.h"
#include "codecs/bz2/checksum.h"
#include "codecs/bz2/format.h"
#include "codecs/bz2/run_length.h"

namespace larder::internal::bz2 {
namespace {

class Compressor final : public BlockCompressor {
 public:
  void compress(const BlockInput& block, bool, CompressedBlock& result) override {
    result.size = block.size;
    result.checksum = block.checksum;
    result.used = 0;
    result.last_bits = 8;
    if (block.size != 0) encoder_.encode(block.bytes, block.checksum, result);
  }

 private:
  BlockEncoder encoder_{};
};

class Encoding final : public BlockEncoding {
 public:
  // bzip2 keeps 19 bytes free, and so its files are as large as these.
  explicit Encoding(int level)
      : level_(level), block_size_(static_cast<std::size_t>(level) * level_size - 19), runs_(block_size_) {}

  std::size_t block_size() const override { return block_size_; }
  bool cuts_evenly() const override { return false; }

  std::size_t gather(Bytes in, BlockInput& block) override {
    const std::size_t taken = runs_.append(in, block.own);
    block.checksum = checksum(in.first(taken), block.checksum);
    block.bytes = block.own;
    block.size += taken;
    return taken;
  }

  std::unique_ptr<BlockCompressor> compressor() const override { return std::make_unique<Compressor>(); }

  Bytes begin() override {
    header_ = {std::byte{'B'}, std::byte{'Z'}, std::byte{'h'}, static_cast<std::byte>('0' + level_)};
    return header_;
  }

  Bytes join(const CompressedBlock& block) override {
    if (block.used == 0) return {};
    checksum_ = combined(checksum_, static_cast<std::uint32_t>(block.checksum));
    return append(block.bytes(), block.last_bits);
  }

  Bytes end() override {
    std::array<std::byte, end_bits / 8 + BitWriter::slack> trailer;
    BitWriter bits(trailer.data());
    bits.put(end_magic, magic_bits);
    bits.put(checksum_, 32);
    const Bytes whole = append(Bytes(trailer).first(end_bits / 8), 8);
    return pending_bits_ == 0 ? whole : Bytes(joined_).first(whole.size() + 1);
  }

 private:
  // The bytes that are complete with these behind the bits that are pending; what is left over is pending then.
  Bytes append(Bytes bytes, unsigned last_bits) {
    joined_.resize(bytes.size() + 2 + sizeof(std::uint64_t));
    std::byte* to = joined_.data();
    std::size_t at = 0;
    if (pending_bits_ == 0) {
      std::copy(bytes.begin(), bytes.end(), to);
    } else {
      std::uint64_t before = std::to_integer<std::uint64_t>(pending_) << 56;  // the bits that come next
      const unsigned shift = pending_bits_;
      for (; bytes.size() - at >= 8; at += 8) {
        const auto word = load_be<std::uint64_t>(&bytes[at]);
        store_be(to + at, before | word >> shift);
        before = word << (64 - shift);
      }
      for (; at < bytes.size(); ++at) {
        const auto byte = std::to_integer<std::uint64_t>(bytes[at]) << 56;
        to[at] = static_cast<std::byte>((before | byte >> shift) >> 56);
        before = byte << (8 - shift);
      }
      to[at] = static_cast<std::byte>(before >> 56);
    }
    const std::size_t bits = pending_bits_ + (bytes.size() - 1) * 8 + last_bits;
    pending_bits_ = static_cast<unsigned>(bits % 8);
    pending_ = pending_bits_ == 0 ? std::byte{0} : joined_[bits / 8];
    return Bytes(joined_).first(bits / 8);
  }

  int level_;
  std::size_t block_size_;
  RunShortener runs_;
  std::uint32_t checksum_ = 0;
  std::array<std::byte, header_size> header_{};
  std::vector<std::byte> joined_{};
  std::byte pending_{0};  // the bits that do not fill a byte yet, the highest first
  unsigned pending_bits_ = 0;
};

}  // namespace

std::unique_ptr<BlockEncoding> block_encoding(int level) { return std::make_unique<Encoding>(level); }

}  // namespace larder::internal::bz2
