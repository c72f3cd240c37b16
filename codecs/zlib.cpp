// zlib (RFC 1950) and gzip (RFC 1952): two wrappers around deflate, one engine, on zlib.
#include "base/byte_order.h"
#include "base/text.h"
#include "codecs/engine.h"
#include "codecs/slice.h"

#if LARDER_HAS_ZLIB
#include <zlib.h>
#endif

namespace larder::internal {
namespace {

unsigned byte_at(Bytes bytes, std::size_t index) noexcept { return std::to_integer<unsigned>(bytes[index]); }

bool is_zlib_header(Bytes head) noexcept {
  return head.size() >= 2 && (byte_at(head, 0) & 0x0f) == 8 && byte_at(head, 0) >> 4 <= 7 &&
         (byte_at(head, 0) << 8 | byte_at(head, 1)) % 31 == 0;
}

bool is_gzip_header(Bytes head) noexcept {
  return head.size() >= 2 && byte_at(head, 0) == 0x1f && byte_at(head, 1) == 0x8b;
}

bool is_text(Bytes bytes) noexcept {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) {
    const auto code = std::to_integer<unsigned>(byte);
    return (code >= 0x20 && code < 0x7f) || (code >= '\t' && code <= '\r');
  });
}

// Whether the first deflate block, behind the two bytes of a zlib header, can be one.
bool is_deflate_start(Bytes head) noexcept {
  if (head.size() < 3) return true;
  const unsigned block_type = byte_at(head, 2) >> 1 & 3;
  if (block_type == 3) return false;
  if (block_type != 0 || head.size() < 7) return true;
  const auto length = load_le<std::uint16_t>(head.data() + 3);
  const auto complement = load_le<std::uint16_t>(head.data() + 5);
  return (length ^ complement) == 0xffff;
}

}  // namespace

// Two header bytes are not much: 'x' with one of " ?^}" behind it is a valid header. But printable text all along the
// head is no deflate data, of which a short stream ends with a checksum of small, unprintable numbers and a long one
// looks random.
bool recognises_zlib(Bytes head) noexcept {
  if (!is_zlib_header(head) || is_text(head)) return false;
  const bool needs_dictionary = (byte_at(head, 1) & 0x20) != 0;
  return needs_dictionary || is_deflate_start(head);
}

bool recognises_gzip(Bytes head) noexcept {
  constexpr unsigned deflate_method = 8;
  constexpr unsigned reserved_flags = 0xe0;
  return is_gzip_header(head) && (head.size() < 3 || byte_at(head, 2) == deflate_method) &&
         (head.size() < 4 || (byte_at(head, 3) & reserved_flags) == 0);
}

#if LARDER_HAS_ZLIB
namespace {

enum class Wrapper { zlib, gzip };

int window_bits(Wrapper wrapper) noexcept { return wrapper == Wrapper::gzip ? MAX_WBITS + 16 : MAX_WBITS; }

[[noreturn]] void fail_with(int code, const char* message) {
  const std::string_view text = message == nullptr ? zError(code) : message;
  switch (code) {
    case Z_NEED_DICT:
      fail(ErrorKind::unsupported, "the stream needs a preset dictionary");
    case Z_MEM_ERROR:
      fail(ErrorKind::limit, "zlib is out of memory");
    case Z_DATA_ERROR:
      if (text == "incorrect data check" || text == "incorrect length check" || text == "header crc mismatch")
        fail(ErrorKind::checksum, "zlib says: ", text);
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
    const int code =
        deflateInit2(&stream_, level, Z_DEFLATED, window_bits(wrapper), default_memory, Z_DEFAULT_STRATEGY);
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

class InflateDecoder final : public Decoder {
 public:
  explicit InflateDecoder(Wrapper wrapper) : wrapper_(wrapper) {
    const int code = inflateInit2(&stream_, window_bits(wrapper));
    if (code != Z_OK) fail_with(code, stream_.msg);
  }
  ~InflateDecoder() override { static_cast<void>(inflateEnd(&stream_)); }

  Step step(Bytes in, MutableBytes out, bool) override {
    set_buffers(stream_, in, out);
    const int code = inflate(&stream_, Z_NO_FLUSH);
    return step_done(stream_, in, out, code);
  }

  void restart() override {
    const int code = inflateReset(&stream_);
    if (code != Z_OK) fail_with(code, stream_.msg);
  }

  Tail tail(Bytes next) override {
    if (wrapper_ == Wrapper::zlib) return {.kind = is_zlib_header(next) ? Tail::Kind::stream : Tail::Kind::end};
    if (is_gzip_header(next)) return {.kind = Tail::Kind::stream};
    const auto content = std::find_if(next.begin(), next.end(), [](std::byte byte) { return byte != std::byte{0}; });
    const auto zeros = static_cast<std::size_t>(content - next.begin());
    return zeros == 0 ? Tail{} : Tail{.kind = Tail::Kind::padding, .size = zeros};
  }

 private:
  Wrapper wrapper_;
  z_stream stream_{};
};

template <Wrapper wrapper>
Engine deflate_engine() {
  return {
      .library = join("zlib ", zlibVersion()),
      .encoder = [](int level) -> std::unique_ptr<Encoder> { return std::make_unique<DeflateEncoder>(wrapper, level); },
      .decoder = [](const Limits&) -> std::unique_ptr<Decoder> { return std::make_unique<InflateDecoder>(wrapper); }};
}

}  // namespace

std::optional<Engine> zlib_engine() { return deflate_engine<Wrapper::zlib>(); }
std::optional<Engine> gzip_engine() { return deflate_engine<Wrapper::gzip>(); }
#else
std::optional<Engine> zlib_engine() { return std::nullopt; }
std::optional<Engine> gzip_engine() { return std::nullopt; }
#endif

}  // namespace larder::internal
