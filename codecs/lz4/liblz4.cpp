#include "codecs/lz4/liblz4.h"

#include <lz4.h>
#include <lz4frame.h>
#include <lz4hc.h>

#include <cstring>

#include "base/byte_order.h"
#include "base/text.h"
#include "codecs/context_pool.h"
#include "codecs/frame_head.h"
#include "codecs/lz4/frame.h"
#include "codecs/skippable.h"
#include "codecs/slice.h"

namespace larder::internal::lz4 {
namespace {

// Levels below it are fast ones: 0 to 2 are the same, each one below 0 is faster and shrinks less.
constexpr int first_high_level = LZ4HC_CLEVEL_MIN;

template <class Context>
ContextPool<Context>& pool() {
  static auto& contexts = *new ContextPool<Context>;
  return contexts;
}

char* chars(MutableBytes bytes) noexcept { return reinterpret_cast<char*>(bytes.data()); }
const char* chars(Bytes bytes) noexcept { return reinterpret_cast<const char*>(bytes.data()); }
int length(Bytes bytes) { return length_as<int>(bytes.size()); }

class Fast {
 public:
  explicit Fast(int level) : acceleration_(level < 0 ? 1 - level : 1) {}

  int compress(Bytes from, MutableBytes to) {
    return LZ4_compress_fast_extState(context_.get(), chars(from), chars(to), length(from), length(to), acceleration_);
  }

 private:
  int acceleration_;
  ContextPool<LZ4_stream_t>::Lease context_ = pool<LZ4_stream_t>().take();
};

class High {
 public:
  explicit High(int level) : level_(level), context_(pool<LZ4_streamHC_t>().take(fresh)) {}

  int compress(Bytes from, MutableBytes to) {
    // What is left of the block before counts as too far away to be referred to.
    LZ4_resetStreamHC_fast(context_.get(), level_);
    return LZ4_compress_HC_continue(context_.get(), chars(from), chars(to), length(from), length(to));
  }

 private:
  static std::unique_ptr<LZ4_streamHC_t> fresh() {
    std::unique_ptr<LZ4_streamHC_t> context(new LZ4_streamHC_t);
    static_cast<void>(LZ4_initStreamHC(context.get(), sizeof *context));
    return context;
  }

  int level_;
  ContextPool<LZ4_streamHC_t>::Lease context_;
};

template <class Method>
class Compressor final : public BlockCompressor {
 public:
  explicit Compressor(int level) : method_(level) {}

  void compress(const BlockInput& block, bool, CompressedBlock& result) override {
    const Bytes content = block.bytes;
    result.used = 0;
    if (content.empty()) return;
    // Room for the worst case, so that liblz4 does not watch for the end at each step.
    const auto bound = static_cast<std::size_t>(LZ4_compressBound(length(content)));
    const MutableBytes room = result.room(block_header_size + bound);
    const MutableBytes body = room.subspan(block_header_size);
    auto size = static_cast<std::size_t>(method_.compress(content, body));
    const bool shrank = size != 0 && size < content.size();
    if (!shrank) {
      std::memcpy(body.data(), content.data(), content.size());
      size = content.size();
    }
    store_le(room.data(), static_cast<std::uint32_t>(size) | (shrank ? 0 : stored_bit));
    result.used = block_header_size + size;
  }

 private:
  Method method_;
};

// liblz4's stable interface tells errors apart by name only. Those that are not here are damage of the compressed data.
std::size_t checked(LZ4F_errorCode_t result) {
  if (!LZ4F_isError(result)) return result;
  const std::string_view name = LZ4F_getErrorName(result);
  auto kind = ErrorKind::malformed;
  for (const std::string_view checksum :
       {"ERROR_headerChecksum_invalid", "ERROR_blockChecksum_invalid", "ERROR_contentChecksum_invalid"}) {
    if (name == checksum) kind = ErrorKind::checksum;
  }
  if (name == "ERROR_allocation_failed") kind = ErrorKind::limit;
  for (const std::string_view mistake :
       {"ERROR_dstMaxSize_tooSmall", "ERROR_compressionState_uninitialized", "ERROR_parameter_null"}) {
    if (name == mistake) kind = ErrorKind::io;
  }
  fail(kind, "liblz4 says: ", name);
}

class FrameDecoder final : public Decoder {
 public:
  FrameDecoder() { static_cast<void>(checked(LZ4F_createDecompressionContext(&context_, LZ4F_VERSION))); }
  ~FrameDecoder() override { static_cast<void>(LZ4F_freeDecompressionContext(context_)); }

  Step step(Bytes in, MutableBytes out, bool) override {
    if (!head_.holds(head_size)) return {.consumed = gather_head(in)};
    // No more than liblz4 asks for: it then works block by block, and each block that fits is decoded into `out`
    // itself.
    std::size_t consumed = std::min(in.size(), wanted_);
    std::size_t produced = out.size();
    wanted_ = checked(LZ4F_decompress(context_, out.data(), &produced, in.data(), &consumed, nullptr));
    return {.consumed = consumed, .produced = produced, .ended = wanted_ == 0};
  }

  void restart() override {
    LZ4F_resetDecompressionContext(context_);
    head_.clear();
  }

  Tail tail(Bytes next) override {
    const bool frame = next.size() >= 4 && load_le<std::uint32_t>(next.data()) == frame_magic;
    return {.kind = frame || is_skippable(next) ? Tail::Kind::stream : Tail::Kind::end};
  }

 private:
  // The first bytes of a frame are judged before liblz4 sees them, as it would decode a frame with a dictionary without
  // one.
  std::size_t gather_head(Bytes in) {
    const std::size_t gathered = head_.gather(in, head_size);
    if (head_.holds(head_size)) {
      const Bytes head = head_.bytes();
      judge(head);
      std::size_t taken = head.size();
      std::size_t produced = 0;
      wanted_ = checked(LZ4F_decompress(context_, nullptr, &produced, head.data(), &taken, nullptr));
    }
    return gathered;
  }

  static void judge(Bytes head) {
    constexpr std::byte dictionary_flag{1};
    const auto magic = load_le<std::uint32_t>(head.data());
    if (magic == legacy_magic) fail(ErrorKind::unsupported, "this is lz4's legacy format; larder reads lz4 frames");
    if (magic == frame_magic && (head[4] & dictionary_flag) != std::byte{0})
      fail(ErrorKind::unsupported, "the frame needs a dictionary");
  }

  LZ4F_dctx* context_ = nullptr;
  static constexpr std::size_t head_size = 5;  // the magic and the flags
  FrameHead<head_size> head_;
  std::size_t wanted_ = 0;
};

}  // namespace

std::string library_version() { return LZ4_versionString(); }

std::unique_ptr<BlockCompressor> block_compressor(int level) {
  if (level < first_high_level) return std::make_unique<Compressor<Fast>>(level);
  return std::make_unique<Compressor<High>>(level);
}

std::optional<std::size_t> decompress(Bytes block, MutableBytes out) noexcept {
  const auto size = checked_cast<int>(block.size());
  const auto room = checked_cast<int>(out.size());
  if (!size || !room) return std::nullopt;
  const int produced = LZ4_decompress_safe(chars(block), chars(out), *size, *room);
  if (produced < 0) return std::nullopt;
  return static_cast<std::size_t>(produced);
}

std::unique_ptr<Decoder> decoder() { return std::make_unique<FrameDecoder>(); }

}  // namespace larder::internal::lz4
