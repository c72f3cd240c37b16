#include "codecs/libz.h"

#include "base/text.h"
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

class DeflateEncoder final : public Encoder {
 public:
  DeflateEncoder(Wrapper wrapper, int level) {
    constexpr int default_memory = 8;
    const int window_bits = wrapper == Wrapper::gzip ? MAX_WBITS + 16 : MAX_WBITS;
    const int code = deflateInit2(&stream_, level, Z_DEFLATED, window_bits, default_memory, Z_DEFAULT_STRATEGY);
    if (code != Z_OK) fail_with(code, stream_.msg);
  }
  ~DeflateEncoder() override { static_cast<void>(deflateEnd(&stream_)); }  // tells only that the stream was not ended

  Step step(Bytes in, MutableBytes out, bool last) override {
    set_buffers(stream_, in, out);
    const int code = deflate(&stream_, last ? Z_FINISH : Z_NO_FLUSH);
    return step_done(stream_, in, out, code);
  }

 private:
  z_stream stream_{};
};

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

std::unique_ptr<Encoder> libz_encoder(Wrapper wrapper, int level) {
  return std::make_unique<DeflateEncoder>(wrapper, level);
}

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
#else
std::string libz_version() { return {}; }
std::unique_ptr<Inflate> libz_inflate() { return nullptr; }
std::unique_ptr<Encoder> libz_encoder(Wrapper, int) { return nullptr; }
const ChecksumFunctions* libz_checksums() noexcept { return nullptr; }
#endif

}  // namespace larder::internal
