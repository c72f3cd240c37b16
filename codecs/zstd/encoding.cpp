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
  // Puts independent blocks into `out`, and returns their size.
  std::size_t blocks(Bytes content, MutableBytes out);
  // Those of a plain frame, if they are independent. Looks at the beginning alone first, which mostly tells.
  std::optional<std::size_t> plain_blocks(Bytes content, MutableBytes out);

  Settings settings_;
  std::uint64_t window_ = 0;  // of the frame; 0: not known yet
  FrameCompressor frames_;
  std::optional<SectionCompressor> sections_{};
};

void Compressor::section(const BlockInput& block, CompressedBlock& result) {
  result.used = 0;
  if (block.bytes.empty()) return;
  if (window_ == 0) window_ = usual_window(settings_.level);
  std::vector<std::byte> front;
  if (block.first) front = make_header({.window = window_, .content_size = settings_.content_size, .checksum = true});
  const std::size_t ahead = front.size() + mark_size;
  const MutableBytes out = result.room(ahead + compressed_bound(block.bytes.size()));
  std::ranges::copy(front, out.begin());
  const std::size_t size = blocks(block.bytes, out.subspan(ahead));
  make_mark({.stored = size, .content = block.bytes.size(), .window = window_}, out.subspan(front.size()));
  result.used = ahead + size;
}

std::size_t Compressor::blocks(Bytes content, MutableBytes out) {
  if (const auto size = plain_blocks(content, out)) return *size;
  if (!sections_) sections_.emplace(settings_.level, section_size(settings_.level));
  return sections_->compress(content, out);
}

std::optional<std::size_t> Compressor::plain_blocks(Bytes content, MutableBytes out) {
  constexpr std::size_t beginning = std::size_t{64} << 10;
  for (const std::size_t size : {std::min(beginning, content.size()), content.size()}) {
    const Bytes frame = Bytes(out).first(frames_.compress(content.first(size), out));
    const Bytes blocks = frame.subspan(parse_header(frame).value().size);
    if (!uses_own_offsets(blocks)) return std::nullopt;
    if (size != content.size()) continue;
    const BlockRun run = walk_blocks(blocks, true).value();
    std::memmove(out.data(), blocks.data(), blocks.size());
    out[run.last_block] &= ~std::byte{1};
    return blocks.size();
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
