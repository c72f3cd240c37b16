// xz, and lzma: the older format that liblzma calls "alone".
#include <algorithm>
#include <bit>

#include "base/byte_order.h"
#include "base/text.h"
#include "codecs/engine.h"

#if LARDER_HAS_LZMA
#include "codecs/liblzma.h"
#include "codecs/xz_reading.h"
#include "codecs/xz_writing.h"
#endif

namespace larder::internal {

bool recognises_xz(Bytes head) noexcept {
  using namespace std::string_view_literals;
  return as_text(head).starts_with("\xfd\x37\x7a\x58\x5a\x00"sv);
}

// The format has no magic, so the 13 bytes of the header must be what encoders write: lc, lp and pb in one byte, a
// dictionary of 2^n or 2^n + 2^(n-1) bytes, and a size that is unknown or below 256 GiB (the same test as xz's). The
// first byte behind it is always 0.
bool recognises_lzma(Bytes head) noexcept {
  if (head.size() < 14) return false;
  constexpr unsigned property_values = 9 * 5 * 5;
  constexpr std::uint64_t plausible_size = std::uint64_t{1} << 38;
  const auto properties = std::to_integer<unsigned>(head[0]);
  const auto dictionary = load_le<std::uint32_t>(head.data() + 1);
  const auto size = load_le<std::uint64_t>(head.data() + 5);
  const std::uint32_t without_top_bit = dictionary - std::bit_floor(dictionary);
  const bool usual_dictionary = dictionary == UINT32_MAX || std::has_single_bit(dictionary) ||
                                (dictionary != 0 && without_top_bit == std::bit_floor(dictionary) / 2);
  return properties < property_values && usual_dictionary && (size == UINT64_MAX || size < plausible_size) &&
         head[13] == std::byte{0};
}

#if LARDER_HAS_LZMA
namespace {

// One stream from beginning to end. joblib takes a file for lzma's only where it begins as the presets do, so they are
// used as they are.
class LzmaEncoder final : public Encoder {
 public:
  explicit LzmaEncoder(int level) { coder_.encode_alone(level); }

  Step step(Bytes in, MutableBytes out, bool last) override { return coder_.step(in, out, last); }

 private:
  LzmaCoder coder_;
};

class LzmaDecoder final : public Decoder {
 public:
  explicit LzmaDecoder(const Limits& limits) : memory_limit_(limits.codec_memory) { restart(); }

  Step step(Bytes in, MutableBytes out, bool) override { return coder_.step(in, out, false); }
  void restart() override { coder_.decode_alone(memory_limit_); }
  Tail tail(Bytes next) override { return {.kind = recognises_lzma(next) ? Tail::Kind::stream : Tail::Kind::end}; }

 private:
  std::uint64_t memory_limit_;
  LzmaCoder coder_;
};

class XzDecoder final : public Decoder {
 public:
  explicit XzDecoder(const Limits& limits) : memory_limit_(limits.codec_memory) { restart(); }

  Step step(Bytes in, MutableBytes out, bool) override { return coder_.step(in, out, false); }
  void restart() override { coder_.decode_xz(memory_limit_); }
  Tail tail(Bytes next) override {
    if (recognises_xz(next)) return {.kind = Tail::Kind::stream};
    const auto content = std::find_if(next.begin(), next.end(), [](std::byte byte) { return byte != std::byte{0}; });
    const auto padding = static_cast<std::size_t>(content - next.begin()) / 4 * 4;  // the format pads by four
    return padding == 0 ? Tail{} : Tail{.kind = Tail::Kind::padding, .size = padding};
  }

 private:
  std::uint64_t memory_limit_;
  LzmaCoder coder_;
};

}  // namespace

std::optional<Engine> xz_engine() {
  return Engine{
      .library = liblzma_version(),
      .levels = {{.from = 0, .to = 0, .engine = "liblzma 0"},
                 {.from = 1, .to = 6, .engine = "liblzma, as the level says or 0"},
                 {.from = 7, .to = 9, .engine = "liblzma, as the level says"}},
      .blocks = xz_block_encoding,
      .decoder = [](const Limits& limits) -> std::unique_ptr<Decoder> { return std::make_unique<XzDecoder>(limits); },
      .block_decoding = xz_block_decoding,
      .index = [](Reader& below, const Limits& limits) { return read_xz_index(below, limits.codec_memory); },
      .block_decoding_at = xz_block_decoding_at};
}

std::optional<Engine> lzma_engine() {
  return Engine{.library = liblzma_version(),
                .encoder = [](int level) -> std::unique_ptr<Encoder> { return std::make_unique<LzmaEncoder>(level); },
                .decoder = [](const Limits& limits) -> std::unique_ptr<Decoder> {
                  return std::make_unique<LzmaDecoder>(limits);
                }};
}
#else
std::optional<Engine> xz_engine() { return std::nullopt; }
std::optional<Engine> lzma_engine() { return std::nullopt; }
#endif

}  // namespace larder::internal
