#include "codecs/lz4/block.h"

#include <lz4.h>
#include <lz4hc.h>

#include <cstring>

#include "base/byte_order.h"
#include "codecs/context_pool.h"
#include "codecs/lz4/frame.h"
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

}  // namespace larder::internal::lz4
