// lz4: the frame format, on liblz4. Specification: lz4_Frame_format.md of the lz4 project, version 1.6.
#include <cstring>

#include "base/byte_order.h"
#include "base/text.h"
#include "codecs/engine.h"
#include "codecs/frame_head.h"
#include "codecs/skippable.h"
#include "codecs/slice.h"

#if LARDER_HAS_LZ4
#include <lz4.h>
#include <lz4frame.h>
#endif

namespace larder::internal {
namespace {

constexpr std::uint32_t frame_magic = 0x184d2204;
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

// Blocks of 4 MiB that do not depend on each other: within 0.1 % of the size of linked ones, and two threads can work
// on them.
LZ4F_preferences_t preferences(int level) {
  LZ4F_preferences_t result = LZ4F_INIT_PREFERENCES;
  result.frameInfo.blockSizeID = LZ4F_max4MB;
  result.frameInfo.blockMode = LZ4F_blockIndependent;
  result.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
  result.compressionLevel = level;
  return result;
}

class Lz4Encoder final : public Encoder {
 public:
  explicit Lz4Encoder(int level) : preferences_(preferences(level)) {
    static_cast<void>(checked(LZ4F_createCompressionContext(&context_, LZ4F_VERSION)));
  }
  ~Lz4Encoder() override { static_cast<void>(LZ4F_freeCompressionContext(context_)); }

  std::size_t room() const override { return LZ4F_HEADER_SIZE_MAX + LZ4F_compressBound(slice_size, &preferences_); }
  void expect(std::uint64_t size) override { preferences_.frameInfo.contentSize = size; }

  Step step(Bytes in, MutableBytes out, bool last) override {
    std::size_t produced = 0;
    if (!begun_) {
      produced += checked(LZ4F_compressBegin(context_, out.data(), out.size(), &preferences_));
      begun_ = true;
    }
    if (!in.empty()) {
      const MutableBytes rest = out.subspan(produced);
      produced += checked(LZ4F_compressUpdate(context_, rest.data(), rest.size(), in.data(), in.size(), nullptr));
    }
    // The end may need a block's room of its own: it waits for a step without input.
    const bool ends = last && in.empty();
    if (ends) {
      const MutableBytes rest = out.subspan(produced);
      produced += checked(LZ4F_compressEnd(context_, rest.data(), rest.size(), nullptr));
    }
    return {.consumed = in.size(), .produced = produced, .ended = ends};
  }

 private:
  LZ4F_preferences_t preferences_;
  LZ4F_cctx* context_ = nullptr;
  bool begun_ = false;
};

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
  return Engine{.library = join("liblz4 ", LZ4_versionString()),
                .encoder = [](int level) -> std::unique_ptr<Encoder> { return std::make_unique<Lz4Encoder>(level); },
                .decoder = [](const Limits&) -> std::unique_ptr<Decoder> { return std::make_unique<Lz4Decoder>(); }};
}
#else
std::optional<Engine> lz4_engine() { return std::nullopt; }
#endif

}  // namespace larder::internal
