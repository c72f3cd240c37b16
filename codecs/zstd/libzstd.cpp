#include "codecs/zstd/libzstd.h"

#include <zstd.h>
#include <zstd_errors.h>

#include <array>
#include <bit>

#include "base/byte_order.h"
#include "base/text.h"
#include "codecs/context_pool.h"
#include "codecs/frame_head.h"
#include "codecs/skippable.h"
#include "codecs/slice.h"
#include "codecs/zstd/frame.h"

namespace larder::internal::zstd {
namespace {

constexpr std::uint32_t first_old_magic = 0xfd2fb522;  // of version 0.2; each version up to 0.7 had the next number

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
  ZSTD_ErrorCode code = ZSTD_getErrorCode(result);
  // Its own buffer, that is: of the same damage it says this or that, as large as the buffer happens to be.
  if (code == ZSTD_error_dstSize_tooSmall) code = ZSTD_error_corruption_detected;
  fail(kind_of(code), "libzstd says: ", ZSTD_getErrorString(code));
}

struct Free {
  void operator()(ZSTD_CCtx* context) const noexcept { static_cast<void>(ZSTD_freeCCtx(context)); }
  void operator()(ZSTD_DCtx* context) const noexcept { static_cast<void>(ZSTD_freeDCtx(context)); }
};
using Compression = std::unique_ptr<ZSTD_CCtx, Free>;
using Decompression = std::unique_ptr<ZSTD_DCtx, Free>;

// Larger ones are not kept for the next user: of high levels, and of large windows.
constexpr std::size_t most_kept = std::size_t{8} << 20;
using CompressionPool = ContextPool<ZSTD_CCtx, Free, 8>;
using DecompressionPool = ContextPool<ZSTD_DCtx, Free, 8>;

Compression new_compression() {
  Compression context(ZSTD_createCCtx());
  if (!context) fail(ErrorKind::limit, "libzstd is out of memory");
  return context;
}

Decompression new_decompression() {
  Decompression context(ZSTD_createDCtx());
  if (!context) fail(ErrorKind::limit, "libzstd is out of memory");
  return context;
}

void set(ZSTD_CCtx& context, ZSTD_cParameter parameter, int value) {
  static_cast<void>(checked(ZSTD_CCtx_setParameter(&context, parameter, value)));
}

// A context as new, which may have been used before.
class PooledCompression {
 public:
  explicit PooledCompression(int level) {
    static_cast<void>(checked(ZSTD_CCtx_reset(lease_.get(), ZSTD_reset_session_and_parameters)));
    set(*lease_, ZSTD_c_compressionLevel, level);
  }
  ~PooledCompression() {
    if (ZSTD_sizeof_CCtx(lease_.get()) > most_kept) lease_.discard();
  }
  PooledCompression(const PooledCompression&) = delete;
  PooledCompression& operator=(const PooledCompression&) = delete;

  ZSTD_CCtx* get() const noexcept { return lease_.get(); }

 private:
  static CompressionPool& pool() {
    static auto& contexts = *new CompressionPool;
    return contexts;
  }
  CompressionPool::Lease lease_ = pool().take(new_compression);
};

class PooledDecompression {
 public:
  PooledDecompression() {
    static_cast<void>(checked(ZSTD_DCtx_reset(lease_.get(), ZSTD_reset_session_and_parameters)));
  }
  ~PooledDecompression() {
    if (ZSTD_sizeof_DCtx(lease_.get()) > most_kept) lease_.discard();
  }
  PooledDecompression(const PooledDecompression&) = delete;
  PooledDecompression& operator=(const PooledDecompression&) = delete;

  ZSTD_DCtx* get() const noexcept { return lease_.get(); }

 private:
  static DecompressionPool& pool() {
    static auto& contexts = *new DecompressionPool;
    return contexts;
  }
  DecompressionPool::Lease lease_ = pool().take(new_decompression);
};

// Compresses all of `content`, and returns how much that became.
std::size_t flush(ZSTD_CCtx* context, Bytes content, MutableBytes out) {
  ZSTD_inBuffer input{content.data(), content.size(), 0};
  ZSTD_outBuffer output{out.data(), out.size(), 0};
  while (checked(ZSTD_compressStream2(context, &output, &input, ZSTD_e_flush)) != 0) {
    if (output.pos == output.size) fail(ErrorKind::io, "libzstd needs more room than it said");
  }
  return output.pos;
}

class ZstdEncoder final : public Encoder {
 public:
  explicit ZstdEncoder(int level) : context_(level) { set(*context_.get(), ZSTD_c_checksumFlag, 1); }

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
  PooledCompression context_;
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
  explicit ZstdDecoder(const Limits& limits) {
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
    head_size_ = header_start;
    wanted_ = most_header;
    content_ = 0;
  }

  Tail tail(Bytes next) override {
    const bool frame = next.size() >= 4 && load_le<std::uint32_t>(next.data()) == frame_magic;
    return {.kind = frame || is_skippable(next) ? Tail::Kind::stream : Tail::Kind::end};
  }

 private:
  Step run(Bytes in, MutableBytes out) {
    // No more than libzstd asks for: it then works block by block, and all that stands before damage is handed out,
    // however much is asked for at once.
    ZSTD_inBuffer input{in.data(), std::min(in.size(), wanted_), 0};
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    wanted_ = checked(ZSTD_decompressStream(context_.get(), &output, &input));
    return {.consumed = input.pos, .produced = output.pos, .ended = wanted_ == 0};
  }

  // First what every frame begins with, then the rest of the header.
  std::size_t gather_head(Bytes in) {
    const std::size_t gathered = head_.gather(in, head_size_);
    if (head_size_ == header_start && head_.holds(header_start)) {
      judge(head_.bytes());
      if (!is_skippable(head_.bytes())) head_size_ = header_size(head_.bytes()[header_start - 1]);
    }
    if (head_.holds(head_size_)) static_cast<void>(run(head_.bytes(), {}));
    return gathered;
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

  PooledDecompression context_;
  FrameHead<most_header> head_;
  std::size_t head_size_ = header_start;
  std::size_t wanted_ = most_header;
  std::uint64_t content_ = 0;  // of the frame so far
};

}  // namespace

std::string library_version() { return ZSTD_versionString(); }

std::unique_ptr<Encoder> stream_encoder(int level) { return std::make_unique<ZstdEncoder>(level); }
std::unique_ptr<Decoder> stream_decoder(const Limits& limits) { return std::make_unique<ZstdDecoder>(limits); }

std::size_t compressed_bound(std::size_t content) { return checked(ZSTD_compressBound(content)); }

std::uint64_t usual_window(int level) {
  const PooledCompression context(level);
  std::array<std::byte, 64> beginning{};
  const std::size_t size = flush(context.get(), Bytes(beginning).first(1), beginning);
  return parse_header(Bytes(beginning).first(size)).value().window;
}

struct FrameCompressor::Context : PooledCompression {
  using PooledCompression::PooledCompression;
};

FrameCompressor::FrameCompressor(int level) : context_(std::make_unique<Context>(level)) {}
FrameCompressor::~FrameCompressor() = default;

std::size_t FrameCompressor::compress(Bytes content, MutableBytes out) {
  return checked(ZSTD_compress2(context_->get(), out.data(), out.size(), content.data(), content.size()));
}

// libzstd's own threads compress each piece of their work so that it refers to no piece before: not to its content,
// with an overlap of none, nor to its last offsets. The first piece is the exception, and is a byte that nobody wants.
struct SectionCompressor::Context {
  Context(int level, std::size_t most) {
    set(*compression, ZSTD_c_compressionLevel, level);
    set(*compression, ZSTD_c_nbWorkers, 1);
    set(*compression, ZSTD_c_jobSize, length_as<int>(most));
    constexpr int no_overlap = 1;
    set(*compression, ZSTD_c_overlapLog, no_overlap);
    std::array<std::byte, 64> unwanted{};
    static_cast<void>(flush(compression.get(), Bytes(unwanted).first(1), unwanted));
  }

  Compression compression = new_compression();
};

SectionCompressor::SectionCompressor(int level, std::size_t most) : context_(std::make_unique<Context>(level, most)) {}
SectionCompressor::~SectionCompressor() = default;

bool SectionCompressor::is_possible() {
  const ZSTD_bounds workers = ZSTD_cParam_getBounds(ZSTD_c_nbWorkers);
  return !ZSTD_isError(workers.error) && workers.upperBound > 0;
}

std::size_t SectionCompressor::compress(Bytes content, MutableBytes out) {
  return flush(context_->compression.get(), content, out);
}

struct FrameDecompressor::Context : PooledDecompression {};

FrameDecompressor::FrameDecompressor() : context_(std::make_unique<Context>()) {}
FrameDecompressor::~FrameDecompressor() = default;

std::optional<std::size_t> FrameDecompressor::decompress(Bytes frame, MutableBytes out) noexcept {
  const std::size_t size = ZSTD_decompressDCtx(context_->get(), out.data(), out.size(), frame.data(), frame.size());
  if (ZSTD_isError(size)) return std::nullopt;
  return size;
}

}  // namespace larder::internal::zstd
