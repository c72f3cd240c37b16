#include "codecs/lz4/decoding.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/byte_order.h"
#include "codecs/lz4/frame.h"
#include "codecs/lz4/liblz4.h"
#include "codecs/xxhash.h"

namespace larder::internal::lz4 {
namespace {

Found more(std::size_t wanted) { return {.kind = Found::Kind::more, .take = wanted}; }

// Found::note: where in its bytes the header of the block is, and whether a checksum follows it.
constexpr std::uint64_t checksum_note = std::uint64_t{1} << 32;

class Decompressor final : public BlockDecompressor {
 public:
  DecodedBlock decompress(Bytes block, const Found& found, MutableBytes out) override {
    const DecodedBlock damaged{};
    const Bytes headed = block.subspan(static_cast<std::size_t>(found.note & ~checksum_note));
    const auto header = load_le<std::uint32_t>(headed.data());
    const Bytes body = headed.subspan(block_header_size, header & ~stored_bit);
    if ((found.note & checksum_note) != 0) {
      const Bytes checksum = headed.subspan(block_header_size + body.size());
      if (load_le<std::uint32_t>(checksum.data()) != xxh32(body)) return damaged;
    }
    // liblz4 does not tell what is larger than `out` from what is damaged.
    const DecodedBlock larger{.size = out.size() + 1};
    const DecodedBlock failed = out.size() < found.most ? larger : damaged;
    if ((header & stored_bit) != 0) {
      if (body.size() > out.size()) return failed;
      std::memcpy(out.data(), body.data(), body.size());
      return {.decoded = true, .size = body.size(), .used = block.size()};
    }
    const auto size = lz4::decompress(body, out);
    if (!size) return failed;
    return {.decoded = true, .size = *size, .used = block.size()};
  }
};

class Lz4Decoding final : public BlockDecoding {
 public:
  Found find(Bytes ahead, bool) override {
    if (!header_) {
      if (ahead.size() < most_header) return more(most_header);
      header_ = parse_header(ahead);
      if (!header_ || !header_->independent) return {};
      in_front_ = header_->size;
      usual_size_ = std::min(header_->block_maximum, first_guess);
    }
    const std::size_t least = in_front_ + block_header_size;
    if (ahead.size() < least) return more(least);
    const auto size = load_le<std::uint32_t>(ahead.data() + in_front_) & ~stored_bit;
    return size == 0 ? end(ahead) : block(ahead);
  }

  std::unique_ptr<BlockDecompressor> decompressor() const override { return std::make_unique<Decompressor>(); }

  Verdict accept(const Found& found, const DecodedBlock& decoded, Bytes content) override {
    ++accepted_;
    size_ += decoded.size;
    planned_ += decoded.size - found.size;
    if (decoded.size > usual_size_ || accepted_ == 1) usual_size_ = decoded.size;
    if (header_->content_checksum) checksum_.add(content);
    return Verdict::right;
  }

 private:
  // Blocks are as large as larder writes them, until one is seen.
  static constexpr std::size_t first_guess = std::size_t{2} << 20;

  Found block(Bytes ahead);
  Found end(Bytes ahead) const;

  std::optional<FrameHeader> header_;
  std::size_t in_front_ = 0;    // bytes of the header, which the first block takes along
  std::size_t usual_size_ = 0;  // of the blocks so far
  std::uint64_t found_ = 0;     // blocks
  std::uint64_t accepted_ = 0;
  std::uint64_t planned_ = 0;  // bytes of content in the blocks that were found, as expected
  std::uint64_t size_ = 0;     // and in those that were accepted
  Xxh32 checksum_;
};

Found Lz4Decoding::block(Bytes ahead) {
  const auto header = load_le<std::uint32_t>(ahead.data() + in_front_);
  const std::size_t body = header & ~stored_bit;
  if (body > header_->block_maximum) return {};
  const bool stored = (header & stored_bit) != 0;
  const std::size_t whole = in_front_ + block_header_size + body + (header_->block_checksums ? checksum_size : 0);
  if (ahead.size() < whole) return more(whole);
  std::size_t size = stored ? body : usual_size_;
  if (header_->content_size && *header_->content_size > planned_)
    size = static_cast<std::size_t>(std::min<std::uint64_t>(size, *header_->content_size - planned_));
  ++found_;
  planned_ += size;
  return {.kind = Found::Kind::block,
          .take = whole,
          .advance = whole,
          .size = size,
          .most = header_->block_maximum,
          .note = std::exchange(in_front_, 0) | (header_->block_checksums ? checksum_note : 0)};
}

Found Lz4Decoding::end(Bytes ahead) const {
  const std::size_t whole = in_front_ + block_header_size + (header_->content_checksum ? checksum_size : 0);
  if (ahead.size() < whole) return more(whole);
  if (accepted_ != found_) return {.kind = Found::Kind::wait};
  if (header_->content_size && *header_->content_size != size_) return {};
  const std::byte* const checksum = ahead.data() + in_front_ + block_header_size;
  if (header_->content_checksum && load_le<std::uint32_t>(checksum) != checksum_.value()) return {};
  return {.kind = Found::Kind::end, .advance = whole};
}

}  // namespace

std::unique_ptr<BlockDecoding> decoding() { return std::make_unique<Lz4Decoding>(); }

}  // namespace larder::internal::lz4
