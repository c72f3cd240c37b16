#include "codecs/zstd/encoding.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "base/byte_order.h"
#include "codecs/xxhash.h"
#include "codecs/zstd/frame.h"
#include "codecs/zstd/independence.h"
#include "codecs/zstd/libzstd.h"

namespace larder::internal::zstd {
namespace {

constexpr int most_level = 19;

// Sections cost up to 0.5 % of the size at level 3 and 1.5 % at any level, on all the data they were tried on.
std::size_t section_size(int level) noexcept {
  constexpr std::size_t usual = std::size_t{11} << 19;
  return level <= 9 ? usual : level <= 15 ? 2 * usual : 4 * usual;
}

// What all sections of a stream share.
struct Settings {
  int level;
  std::optional<std::uint64_t> content_size{};
};

class Compressor final : public BlockCompressor {
 public:
  explicit Compressor(const Settings& settings) : settings_(settings), frames_(settings.level) {}

  void compress(const BlockInput& block, bool last, CompressedBlock& result) override {
    if (block.first && last)
      plain_frame(block.bytes, result);
    else
      section(block, result);
  }

 private:
  // All but the checksum.
  void plain_frame(Bytes content, CompressedBlock& result) {
    const MutableBytes out = result.room(compressed_bound(content.size()));
    result.used = frames_.compress(content, out);
    set_checksum_flag(out);
  }

  void section(const BlockInput& block, CompressedBlock& result);
  struct Blocks {
    std::size_t size = 0;
    std::uint64_t window = 0;
  };
  // Puts independent blocks into `out`.
  Blocks blocks(Bytes content, MutableBytes out);
  // Those of a plain frame, if they are independent. Looks at the beginning alone first, which mostly tells.
  std::optional<Blocks> plain_blocks(Bytes content, MutableBytes out);

  Settings settings_;
  FrameCompressor frames_;
  std::optional<SectionCompressor> sections_{};
};

void Compressor::section(const BlockInput& block, CompressedBlock& result) {
  result.used = 0;
  if (block.bytes.empty()) return;
  FrameHeader header{.window = 1, .content_size = settings_.content_size, .checksum = true};
  const std::size_t header_size = block.first ? make_header(header).size() : 0;
  const std::size_t ahead = header_size + mark_size;
  const MutableBytes out = result.room(ahead + compressed_bound(block.bytes.size()));
  const Blocks made = blocks(block.bytes, out.subspan(ahead));
  make_mark({.stored = made.size, .content = block.bytes.size()}, out.subspan(header_size));
  result.used = ahead + made.size;
  if (!block.first) return;
  header.window = made.window;
  std::ranges::copy(make_header(header), out.begin());
}

Compressor::Blocks Compressor::blocks(Bytes content, MutableBytes out) {
  if (const auto made = plain_blocks(content, out)) return *made;
  if (!sections_) sections_.emplace(settings_.level, section_size(settings_.level));
  const std::size_t size = sections_->compress(content, out);
  return {.size = size, .window = sections_->window()};
}

std::optional<Compressor::Blocks> Compressor::plain_blocks(Bytes content, MutableBytes out) {
  constexpr std::size_t beginning = std::size_t{64} << 10;
  for (const std::size_t size : {std::min(beginning, content.size()), content.size()}) {
    const Bytes frame = Bytes(out).first(frames_.compress(content.first(size), out));
    const FrameHeader header = parse_header(frame).value();
    const Bytes blocks = frame.subspan(header.size);
    if (!uses_own_offsets(blocks)) return std::nullopt;
    if (size != content.size()) continue;
    const BlockRun run = walk_blocks(blocks, true).value();
    std::memmove(out.data(), blocks.data(), blocks.size());
    out[run.last_block] &= ~std::byte{1};
    return Blocks{.size = blocks.size(), .window = header.window};
  }
  return std::nullopt;
}

class ZstdEncoding final : public BlockEncoding {
 public:
  explicit ZstdEncoding(int level) : settings_{.level = level} {}

  std::size_t block_size() const override { return section_size(settings_.level); }
  void pass(Bytes content) override {
    checksum_.add(content);
    ++passed_;
  }
  std::unique_ptr<BlockCompressor> compressor() const override { return std::make_unique<Compressor>(settings_); }
  void expect(std::uint64_t size) override { settings_.content_size = size; }

  Bytes begin() override { return {}; }
  Bytes end() override {
    std::copy(last_block.begin(), last_block.end(), end_.begin());
    store_le(end_.data() + last_block.size(), static_cast<std::uint32_t>(checksum_.value()));
    return Bytes(end_).subspan(passed_ == 1 ? last_block.size() : 0);
  }

 private:
  Settings settings_;
  std::uint64_t passed_ = 0;  // sections
  std::array<std::byte, last_block.size() + checksum_size> end_{};
  Xxh64 checksum_;
};

}  // namespace

std::unique_ptr<BlockEncoding> encoding(int level) {
  if (level > most_level || !SectionCompressor::is_possible()) return nullptr;
  return std::make_unique<ZstdEncoding>(level);
}

}  // namespace larder::internal::zstd
