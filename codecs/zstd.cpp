// zstd (RFC 8878), on libzstd.
#include <array>
#include <bit>

#include "base/byte_order.h"
#include "base/text.h"
#include "codecs/engine.h"
#include "codecs/frame_head.h"
#include "codecs/skippable.h"
#include "codecs/slice.h"

#if LARDER_HAS_ZSTD
#include <zstd.h>
#include <zstd_errors.h>
#endif

namespace larder::internal {
namespace {

constexpr std::uint32_t frame_magic = 0xfd2fb528;
constexpr std::uint32_t first_old_magic = 0xfd2fb522;  // of version 0.2; each version up to 0.7 had the next number

}  // namespace

// A stream that begins with skippable frames may be zstd's or lz4's. Where the head does not show the first real frame
// it is taken for zstd's: pzstd and seekable zstd write such frames, the tools of lz4 do not.
bool recognises_zstd(Bytes head) noexcept {
  const auto magic = magic_behind_skippables(head);
  return magic == frame_magic || (!magic && is_skippable(head));
}

#if LARDER_HAS_ZSTD
namespace {

ErrorKind kind_of(ZSTD_ErrorCode code) {
  switch (code) {
    case ZSTD_error_checksum_wrong:
      return ErrorKind::checksum;
    case ZSTD_error_frameParameter_windowTooLarge:
    case ZSTD_error_memory_allocation:
      return ErrorKind::limit;
    case ZSTD_error_version_unsupported:
    case ZSTD_error_frameParameter_unsupported:
    case ZSTD_error_dictionary_wrong:
      return ErrorKind::unsupported;
    case ZSTD_error_parameter_unsupported:
    case ZSTD_error_parameter_combination_unsupported:
    case ZSTD_error_parameter_outOfBound:
    case ZSTD_error_stage_wrong:
    case ZSTD_error_init_missing:
    case ZSTD_error_dstBuffer_null:
      return ErrorKind::io;  // a mistake in the use of the library
    default:
      return ErrorKind::malformed;  // damage of the compressed data
  }
}

std::size_t checked(std::size_t result) {
  if (!ZSTD_isError(result)) return result;
  fail(kind_of(ZSTD_getErrorCode(result)), "libzstd says: ", ZSTD_getErrorName(result));
}

class ZstdEncoder final : public Encoder {
 public:
  explicit ZstdEncoder(int level) : context_(ZSTD_createCCtx()) {
    if (!context_) fail(ErrorKind::limit, "libzstd is out of memory");
    static_cast<void>(checked(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level)));
    static_cast<void>(checked(ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1)));
  }

  std::size_t room() const override { return ZSTD_CStreamOutSize(); }
  void expect(std::uint64_t size) override {
    static_cast<void>(checked(ZSTD_CCtx_setPledgedSrcSize(context_.get(), size)));
  }

  Step step(Bytes in, MutableBytes out, bool last) override {
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    const std::size_t left =
        checked(ZSTD_compressStream2(context_.get(), &output, &input, last ? ZSTD_e_end : ZSTD_e_continue));
    return {.consumed = input.pos, .produced = output.pos, .ended = last && left == 0};
  }

 private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const noexcept { static_cast<void>(ZSTD_freeCCtx(context)); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> context_;
};

// The largest window the library may use, as a power of two, not above `window`.
int window_log(std::uint64_t window) {
  const ZSTD_bounds bounds = ZSTD_dParam_getBounds(ZSTD_d_windowLogMax);
  static_cast<void>(checked(bounds.error));
  const int wanted = window == 0 ? 0 : static_cast<int>(std::bit_width(window)) - 1;
  return std::clamp(wanted, bounds.lowerBound, bounds.upperBound);
}

class ZstdDecoder final : public Decoder {
 public:
  explicit ZstdDecoder(const Limits& limits) : context_(ZSTD_createDCtx()) {
    if (!context_) fail(ErrorKind::limit, "libzstd is out of memory");
    static_cast<void>(checked(ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, window_log(limits.window))));
  }

  Step step(Bytes in, MutableBytes out, bool) override {
    if (!head_.holds(head_size_)) return {.consumed = gather_head(in)};
    const Step step = run(in, out);
    content_ += step.produced;
    if (step.ended) check_content_size();
    return step;
  }

  void restart() override {
    static_cast<void>(checked(ZSTD_DCtx_reset(context_.get(), ZSTD_reset_session_only)));
    head_.clear();
    head_size_ = start_size;
    content_ = 0;
  }

  Tail tail(Bytes next) override {
    const bool frame = next.size() >= 4 && load_le<std::uint32_t>(next.data()) == frame_magic;
    return {.kind = frame || is_skippable(next) ? Tail::Kind::stream : Tail::Kind::end};
  }

 private:
  Step run(Bytes in, MutableBytes out) {
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    const std::size_t wanted = checked(ZSTD_decompressStream(context_.get(), &output, &input));
    return {.consumed = input.pos, .produced = output.pos, .ended = wanted == 0};
  }

  // First what every frame begins with, then the rest of the header.
  std::size_t gather_head(Bytes in) {
    const std::size_t gathered = head_.gather(in, head_size_);
    if (head_size_ == start_size && head_.holds(start_size)) {
      judge(head_.bytes());
      if (!is_skippable(head_.bytes())) head_size_ = header_size(head_.bytes()[start_size - 1]);
    }
    if (head_.holds(head_size_)) static_cast<void>(run(head_.bytes(), {}));
    return gathered;
  }

  // RFC 8878, 3.1.1.1: the descriptor tells how long the fields behind it are.
  static std::size_t header_size(std::byte descriptor) noexcept {
    constexpr std::array<std::size_t, 4> dictionary_sizes = {0, 1, 2, 4};
    constexpr std::array<std::size_t, 4> content_sizes = {0, 2, 4, 8};
    const auto flags = std::to_integer<unsigned>(descriptor);
    const std::size_t content_size = content_sizes[flags >> 6];
    const bool single_segment = (flags >> 5 & 1) != 0;  // there is no window then, and always a content size
    const std::size_t rest = single_segment ? std::max<std::size_t>(content_size, 1) : content_size + 1;
    return start_size + dictionary_sizes[flags & 3] + rest;
  }

  // libzstd does not compare them where the last block is empty.
  void check_content_size() const {
    const unsigned long long size = ZSTD_getFrameContentSize(head_.bytes().data(), head_.bytes().size());
    if (size != ZSTD_CONTENTSIZE_UNKNOWN && size != ZSTD_CONTENTSIZE_ERROR && size != content_)
      fail(ErrorKind::malformed, "a frame of ", size, " bytes ends after ", content_);
  }

  // A libzstd may have been built to decode what came before version 0.8: old code, with formats that nobody specified.
  static void judge(Bytes head) {
    const auto magic = load_le<std::uint32_t>(head.data());
    if (magic == frame_magic || is_skippable(head)) return;
    if (magic >= first_old_magic && magic < frame_magic)
      fail(ErrorKind::unsupported, "this is a format of zstd before version 0.8; larder reads those since");
    fail(ErrorKind::malformed, "this is no zstd frame");
  }

  struct Free {
    void operator()(ZSTD_DCtx* context) const noexcept { static_cast<void>(ZSTD_freeDCtx(context)); }
  };
  std::unique_ptr<ZSTD_DCtx, Free> context_;
  static constexpr std::size_t start_size = 5;  // the magic and the descriptor
  FrameHead<18> head_;                          // the longest header
  std::size_t head_size_ = start_size;
  std::uint64_t content_ = 0;  // of the frame so far
};

}  // namespace

std::optional<Engine> zstd_engine() {
  return Engine{.library = join("libzstd ", ZSTD_versionString()),
                .encoder = [](int level) -> std::unique_ptr<Encoder> { return std::make_unique<ZstdEncoder>(level); },
                .decoder = [](const Limits& limits) -> std::unique_ptr<Decoder> {
                  return std::make_unique<ZstdDecoder>(limits);
                }};
}
#else
std::optional<Engine> zstd_engine() { return std::nullopt; }
#endif

}  // namespace larder::internal
