// xz, and lzma: the older format that liblzma calls "alone". One engine, on liblzma.
#include <bit>

#include "base/byte_order.h"
#include "base/text.h"
#include "codecs/engine.h"
#include "codecs/slice.h"

#if LARDER_HAS_LZMA
#include <lzma.h>
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

enum class Container { xz, alone };

[[noreturn]] void fail_with(lzma_ret code, const lzma_stream& stream, std::uint64_t memory_limit) {
  switch (code) {
    case LZMA_MEMLIMIT_ERROR:
      fail(ErrorKind::limit, "the stream needs ", lzma_memusage(&stream),
           " bytes of memory to decode, Limits::codec_memory is ", memory_limit);
    case LZMA_MEM_ERROR:
      fail(ErrorKind::limit, "liblzma is out of memory");
    case LZMA_FORMAT_ERROR:
      fail(ErrorKind::malformed, "this is no such stream");
    case LZMA_DATA_ERROR:
      fail(ErrorKind::malformed, "the data, or a checksum, is damaged");
    case LZMA_OPTIONS_ERROR:
      fail(ErrorKind::unsupported, "liblzma does not know the stream's options");
    case LZMA_UNSUPPORTED_CHECK:
      fail(ErrorKind::unsupported, "liblzma does not know the stream's kind of checksum");
    // LZMA_PROG_ERROR; LZMA_NO_CHECK, LZMA_GET_CHECK and LZMA_SEEK_NEEDED, which are not asked for
    default:
      fail(ErrorKind::io, "liblzma failed with code ", static_cast<int>(code));
  }
}

// A stream of liblzma with its lifetime; the same call runs either direction.
class Coder {
 public:
  Coder() = default;
  ~Coder() { lzma_end(&stream_); }
  Coder(const Coder&) = delete;
  Coder& operator=(const Coder&) = delete;

  lzma_stream& stream() noexcept { return stream_; }
  void check(lzma_ret code, std::uint64_t memory_limit = 0) const {
    if (code != LZMA_OK) fail_with(code, stream_, memory_limit);
  }

  Step run(Bytes in, MutableBytes out, lzma_action action, std::uint64_t memory_limit = 0) {
    stream_.next_in = reinterpret_cast<const std::uint8_t*>(in.data());
    stream_.avail_in = in.size();
    stream_.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    stream_.avail_out = out.size();
    const lzma_ret code = lzma_code(&stream_, action);
    const bool starved = code == LZMA_BUF_ERROR;  // nothing to do with these buffers: no step
    if (!starved && code != LZMA_STREAM_END) check(code, memory_limit);
    return {.consumed = in.size() - stream_.avail_in,
            .produced = out.size() - stream_.avail_out,
            .ended = code == LZMA_STREAM_END};
  }

 private:
  lzma_stream stream_ = LZMA_STREAM_INIT;
};

class LzmaEncoder final : public Encoder {
 public:
  LzmaEncoder(Container container, int level) {
    const auto preset = length_as<std::uint32_t>(static_cast<std::size_t>(level));
    if (container == Container::xz) {
      coder_.check(lzma_easy_encoder(&coder_.stream(), preset, LZMA_CHECK_CRC64));
      return;
    }
    lzma_options_lzma options;
    if (lzma_lzma_preset(&options, preset)) fail(ErrorKind::usage, "liblzma has no preset ", level);
    coder_.check(lzma_alone_encoder(&coder_.stream(), &options));
  }

  Step step(Bytes in, MutableBytes out, bool last) override {
    return coder_.run(in, out, last ? LZMA_FINISH : LZMA_RUN);
  }

 private:
  Coder coder_;
};

class LzmaDecoder final : public Decoder {
 public:
  LzmaDecoder(Container container, std::uint64_t memory_limit) : container_(container), memory_limit_(memory_limit) {
    start();
  }

  Step step(Bytes in, MutableBytes out, bool) override { return coder_.run(in, out, LZMA_RUN, memory_limit_); }

  void restart() override { start(); }

  Tail tail(Bytes next) override {
    if (container_ == Container::alone) return {.kind = recognises_lzma(next) ? Tail::Kind::stream : Tail::Kind::end};
    if (recognises_xz(next)) return {.kind = Tail::Kind::stream};
    const auto content = std::find_if(next.begin(), next.end(), [](std::byte byte) { return byte != std::byte{0}; });
    const auto padding = static_cast<std::size_t>(content - next.begin()) / 4 * 4;  // the format pads by four
    return padding == 0 ? Tail{} : Tail{.kind = Tail::Kind::padding, .size = padding};
  }

 private:
  void start() {
    const std::uint64_t limit = std::max<std::uint64_t>(memory_limit_, 1);  // liblzma takes 0 for a mistake
    coder_.check(container_ == Container::xz ? lzma_stream_decoder(&coder_.stream(), limit, LZMA_TELL_UNSUPPORTED_CHECK)
                                             : lzma_alone_decoder(&coder_.stream(), limit));
  }

  Container container_;
  std::uint64_t memory_limit_;
  Coder coder_;
};

template <Container container>
Engine engine() {
  return {
      .library = join("liblzma ", lzma_version_string()),
      .encoder = [](int level) -> std::unique_ptr<Encoder> { return std::make_unique<LzmaEncoder>(container, level); },
      .decoder = [](const Limits& limits) -> std::unique_ptr<Decoder> {
        return std::make_unique<LzmaDecoder>(container, limits.codec_memory);
      }};
}

}  // namespace

std::optional<Engine> xz_engine() { return engine<Container::xz>(); }
std::optional<Engine> lzma_engine() { return engine<Container::alone>(); }
#else
std::optional<Engine> xz_engine() { return std::nullopt; }
std::optional<Engine> lzma_engine() { return std::nullopt; }
#endif

}  // namespace larder::internal
