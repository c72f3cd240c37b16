#include "codecs/libz.h"

#include <array>

#include "base/text.h"
#include "codecs/context_pool.h"
#include "codecs/slice.h"

#if LARDER_HAS_ZLIB
#include <zlib.h>
#endif

namespace larder::internal {

#if LARDER_HAS_ZLIB
namespace {

[[noreturn]] void fail_with(int code, const char* message) {
  const std::string_view text = message == nullptr ? zError(code) : message;
  switch (code) {
    case Z_MEM_ERROR:
      fail(ErrorKind::limit, "zlib is out of memory");
    case Z_DATA_ERROR:
      fail(ErrorKind::malformed, "zlib says: ", text);
    default:
      fail(ErrorKind::io, "zlib failed with code ", code, ": ", text);  // Z_STREAM_ERROR, Z_VERSION_ERROR, Z_ERRNO
  }
}

void set_buffers(z_stream& stream, Bytes in, MutableBytes out) {
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(in.data()));
  stream.avail_in = length_as<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = length_as<uInt>(out.size());
}

Step step_done(const z_stream& stream, Bytes in, MutableBytes out, int code) {
  if (code != Z_OK && code != Z_STREAM_END && code != Z_BUF_ERROR) fail_with(code, stream.msg);
  return {.consumed = in.size() - stream.avail_in,
          .produced = out.size() - stream.avail_out,
          .ended = code == Z_STREAM_END};
}

struct EndDeflate {
  void operator()(z_stream* stream) const noexcept {
    static_cast<void>(deflateEnd(stream));  // tells only that the stream was not ended
    delete stream;
  }
};
using DeflatePool = ContextPool<z_stream, EndDeflate>;

DeflatePool::Pointer deflate_context(int level) {
  auto stream = std::make_unique<z_stream>();
  constexpr int default_memory = 8;
  const int code = deflateInit2(stream.get(), level, Z_DEFLATED, -MAX_WBITS, default_memory, Z_DEFAULT_STRATEGY);
  if (code != Z_OK) fail_with(code, stream->msg);
  return DeflatePool::Pointer(stream.release());
}

std::size_t deflate_block(int level, Bytes in, bool last, MutableBytes out) {
  static auto& pools = *new std::array<DeflatePool, 10>;
  const auto context = pools.at(static_cast<std::size_t>(level)).take([&] { return deflate_context(level); });
  int code = deflateReset(context.get());
  if (code != Z_OK) fail_with(code, context->msg);
  set_buffers(*context, in, out);
  code = deflate(context.get(), last ? Z_FINISH : Z_FULL_FLUSH);
  const bool complete = last ? code == Z_STREAM_END : code == Z_OK && context->avail_out != 0;
  return complete ? out.size() - context->avail_out : 0;
}

class LibzInflate final : public Inflate {
 public:
  LibzInflate() {
    const int code = inflateInit2(&stream_, -MAX_WBITS);
    if (code != Z_OK) fail_with(code, stream_.msg);
  }
  ~LibzInflate() override { static_cast<void>(inflateEnd(&stream_)); }

  Step step(Bytes in, MutableBytes out) override {
    set_buffers(stream_, in, out);
    const int code = inflate(&stream_, Z_NO_FLUSH);
    return step_done(stream_, in, out, code);
  }

  bool at_block_start() const override {
    constexpr int unused_bits = 0x3f;
    constexpr int in_last_block = 64;
    constexpr int behind_block = 128;
    return (stream_.data_type & (unused_bits | in_last_block | behind_block)) == behind_block;
  }

  void restart() override {
    const int code = inflateReset(&stream_);
    if (code != Z_OK) fail_with(code, stream_.msg);
  }

 private:
  z_stream stream_{};
};

}  // namespace

std::string libz_version() { return join("zlib ", zlibVersion()); }

std::unique_ptr<Inflate> libz_inflate() { return std::make_unique<LibzInflate>(); }

const ChecksumFunctions* libz_checksums() noexcept {
  static constexpr ChecksumFunctions functions{
      .adler32 =
          [](std::uint32_t before, Bytes bytes) noexcept {
            return static_cast<std::uint32_t>(
                ::adler32_z(before, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
          },
      .crc32 =
          [](std::uint32_t before, Bytes bytes) noexcept {
            return static_cast<std::uint32_t>(
                ::crc32_z(before, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
          }};
  return &functions;
}

const DeflateLibrary* libz_deflate() noexcept {
  static constexpr DeflateLibrary library{.name = "zlib", .deflate = deflate_block};
  return &library;
}
#else
std::string libz_version() { return {}; }
std::unique_ptr<Inflate> libz_inflate() { return nullptr; }
const ChecksumFunctions* libz_checksums() noexcept { return nullptr; }
const DeflateLibrary* libz_deflate() noexcept { return nullptr; }
#endif

}  // namespace larder::internal
