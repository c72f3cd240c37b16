// lz4: the frame format, on liblz4. Specification: lz4_Frame_format.md of the lz4 project, version 1.6.
#include <cstring>

#include "base/byte_order.h"
#include "base/text.h"
#include "codecs/engine.h"
#include "codecs/frame_head.h"
#include "codecs/lz4/block.h"
#include "codecs/lz4/decoding.h"
#include "codecs/lz4/encoding.h"
#include "codecs/lz4/frame.h"
#include "codecs/skippable.h"
#include "codecs/slice.h"

#if LARDER_HAS_LZ4
#include <lz4frame.h>
#endif

namespace larder::internal {
namespace {

using lz4::frame_magic;
constexpr std::uint32_t legacy_magic = 0x184c2102;  // before frames; recognised, so that it is refused by name

}  // namespace

bool recognises_lz4(Bytes head) noexcept {
  const auto magic = magic_behind_skippables(head);
  return magic == frame_magic || (magic == legacy_magic && !is_skippable(head));
}

#if LARDER_HAS_LZ4
namespace {

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

class Lz4Decoder final : public Decoder {
 public:
  Lz4Decoder() { static_cast<void>(checked(LZ4F_createDecompressionContext(&context_, LZ4F_VERSION))); }
  ~Lz4Decoder() override { static_cast<void>(LZ4F_freeDecompressionContext(context_)); }

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

std::optional<Engine> lz4_engine() {
  return Engine{.library = join("liblz4 ", lz4::library_version()),
                .blocks = lz4::encoding,
                .decoder = [](const Limits&) -> std::unique_ptr<Decoder> { return std::make_unique<Lz4Decoder>(); },
                .block_decoding = [](const Limits&) { return lz4::decoding(); }};
}
#else
std::optional<Engine> lz4_engine() { return std::nullopt; }
#endif

}  // namespace larder::internal
