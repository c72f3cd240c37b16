#include "codecs/bz2/decoding.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "codecs/bz2/block_decoder.h"
#include "codecs/bz2/checksum.h"
#include "codecs/bz2/format.h"
#include "codecs/bz2/magic_search.h"

namespace larder::internal::bz2 {
namespace {

// More than a block can take of the stream: 20 bits for each of 900 000 symbols, and its codes.
constexpr std::size_t most_compressed = std::size_t{2'400'000};
// Content whose runs make it longer than this is left to the Decoder, for the memory that it takes.
constexpr std::size_t most_content = std::size_t{16} << 20;

// Found::note: the bit that the block starts with, and the level of its stream.
constexpr unsigned level_shift = 8;

class Decompressor final : public BlockDecompressor {
 public:
  DecodedBlock decompress(Bytes block, const Found& found, MutableBytes out) override {
    const std::size_t start = found.note & ((1U << level_shift) - 1);
    const std::size_t level = static_cast<std::size_t>(found.note >> level_shift);
    const auto result = decoder_.decode(block, start, level * level_size, out);
    switch (result.outcome) {
      case BlockDecoder::Outcome::decoded:
        break;
      case BlockDecoder::Outcome::ran_out:
        return {.incomplete = true};
      case BlockDecoder::Outcome::too_large:
        return {.size = result.size};
      case BlockDecoder::Outcome::refused:
        return {};
    }
    // In one byte only one magic can start, so the right byte is the right bit where a magic follows.
    const bool magic_fits = result.end + magic_bits <= block.size() * 8;
    const bool fits = result.end / 8 == found.advance && magic_fits && is_magic(magic_at(block, result.end));
    return {.decoded = fits, .size = fits ? result.size : 0, .used = result.end / 8, .checksum = result.checksum};
  }

 private:
  BlockDecoder decoder_{};
};

class Decoding final : public BlockDecoding {
 public:
  Found find(Bytes ahead, bool all) override {
    if (level_ == 0) {
      if (ahead.size() < header_size) return more(header_size, all);
      if (!as_text(ahead).starts_with("BZh")) return {};
      level_ = std::to_integer<std::size_t>(ahead[header_size - 1]) - '0';
      if (level_ < 1 || level_ > 9) return {};
      start_ = header_size * 8;
    }
    const std::size_t head = (start_ + end_bits + 7) / 8;
    if (ahead.size() < head) return more(head, all);
    const std::uint64_t magic = magic_at(ahead, start_);
    if (magic == end_magic) return found_end(ahead);
    return magic == block_magic ? find_block(ahead, all) : Found{};
  }

  std::unique_ptr<BlockDecompressor> decompressor() const override { return std::make_unique<Decompressor>(); }

  Verdict accept(const Found&, const DecodedBlock& decoded, Bytes) override {
    checksum_ = combined(checksum_, static_cast<std::uint32_t>(decoded.checksum));
    largest_ = std::max(largest_, decoded.size);
    return Verdict::right;
  }

  bool accept_end(const Found& end) override { return std::exchange(checksum_, 0) == end.note; }

 private:
  static Found more(std::size_t size, bool all) {
    return all ? Found{} : Found{.kind = Found::Kind::more, .take = size};
  }

  Found find_block(Bytes ahead, bool all) {
    const auto next = find_magic(ahead, std::max(searched_, start_ / 8 + magic_bits / 8));
    if (!next) {
      searched_ = ahead.size() - std::min(ahead.size(), std::size_t{magic_bits / 8});
      return ahead.size() > most_compressed ? Found{} : more(ahead.size() + 1, all);
    }
    searched_ = 0;
    const std::size_t capacity = level_ * level_size;
    const Found block{.kind = Found::Kind::block,
                      .take = (*next + magic_bits + 7) / 8,
                      .advance = *next / 8,
                      .size = std::min(std::max(2 * capacity, largest_ + largest_ / 8), most_content),
                      .most = most_content,
                      .guessed = true,
                      .note = level_ << level_shift | start_};
    start_ = *next % 8;
    return block;
  }

  Found found_end(Bytes ahead) {
    const std::uint64_t stored = magic_at(ahead, start_ + magic_bits - 16) & 0xffffffff;
    const std::size_t size = (start_ + end_bits + 7) / 8;
    level_ = 0;
    return {.kind = Found::Kind::next, .take = size, .advance = size, .note = stored};
  }

  std::size_t level_ = 0;       // not known yet where it is 0
  std::size_t start_ = 0;       // the bit of the bytes ahead that the next block starts with
  std::size_t searched_ = 0;    // bytes ahead in which no magic starts but that of the next block
  std::size_t largest_ = 0;     // block so far
  std::uint32_t checksum_ = 0;  // of the blocks of the stream that were accepted
};

}  // namespace

std::unique_ptr<BlockDecoding> block_decoding() { return std::make_unique<Decoding>(); }

}  // namespace larder::internal::bz2
