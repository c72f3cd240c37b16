// bz2: blocks by larder's own coder, streams that are read without seeking by libbz2.
#include <cstring>

#include "base/text.h"
#include "codecs/bz2/decoding.h"
#include "codecs/bz2/encoding.h"
#include "codecs/bz2/suffix_order.h"
#include "codecs/engine.h"
#include "codecs/slice.h"

#if LARDER_HAS_BZIP2
#include <bzlib.h>
#endif

namespace larder::internal {
namespace {

// "BZh1" to "BZh9".
bool is_bz2_header(Bytes head) noexcept {
  const std::string_view text = as_text(head);
  return text.size() >= 4 && text.starts_with("BZh") && text[3] >= '1' && text[3] <= '9';
}

}  // namespace

// Behind the header stands the magic of a block or, in an empty stream, that of the end.
bool recognises_bz2(Bytes head) noexcept {
  using namespace std::string_view_literals;
  if (!is_bz2_header(head)) return false;
  if (head.size() < 10) return true;
  const std::string_view magic = as_text(head).substr(4, 6);
  return magic == "\x31\x41\x59\x26\x53\x59"sv || magic == "\x17\x72\x45\x38\x50\x90"sv;
}

#if LARDER_HAS_BZIP2
namespace {

[[noreturn]] void fail_with(int code) {
  switch (code) {
    case BZ_MEM_ERROR:
      fail(ErrorKind::limit, "libbz2 is out of memory");
    case BZ_DATA_ERROR:
      fail(ErrorKind::malformed, "the data, or its checksum, is damaged");
    case BZ_DATA_ERROR_MAGIC:
      fail(ErrorKind::malformed, "this is no bz2 stream");
    // BZ_PARAM_ERROR, BZ_SEQUENCE_ERROR, BZ_CONFIG_ERROR; the others are only of libbz2's file functions
    default:
      fail(ErrorKind::io, "libbz2 failed with code ", code);
  }
}

void set_buffers(bz_stream& stream, Bytes in, MutableBytes out) {
  stream.next_in = const_cast<char*>(reinterpret_cast<const char*>(in.data()));
  stream.avail_in = length_as<unsigned>(in.size());
  stream.next_out = reinterpret_cast<char*>(out.data());
  stream.avail_out = length_as<unsigned>(out.size());
}

class Bz2Decoder final : public Decoder {
 public:
  Bz2Decoder() { start(); }
  ~Bz2Decoder() override { static_cast<void>(BZ2_bzDecompressEnd(&stream_)); }

  Step step(Bytes in, MutableBytes out, bool) override {
    if (failed_ != BZ_OK) fail_with(failed_);
    set_buffers(stream_, in, out);
    const int code = BZ2_bzDecompress(&stream_);
    const Step done{.consumed = in.size() - stream_.avail_in,
                    .produced = out.size() - stream_.avail_out,
                    .ended = code == BZ_STREAM_END};
    if (code >= 0) return done;
    // What stands before the damage is good, however the stream is cut into steps.
    if (done.consumed == 0 && done.produced == 0) fail_with(code);
    failed_ = code;
    return done;
  }

  void restart() override {
    static_cast<void>(BZ2_bzDecompressEnd(&stream_));
    stream_ = {};
    failed_ = BZ_OK;
    start();
  }

  Tail tail(Bytes next) override { return {.kind = is_bz2_header(next) ? Tail::Kind::stream : Tail::Kind::end}; }

 private:
  void start() {
    const int code = BZ2_bzDecompressInit(&stream_, 0, 0);
    if (code != BZ_OK) fail_with(code);
  }

  bz_stream stream_{};
  int failed_ = BZ_OK;  // what the next step reports
};

}  // namespace

std::optional<Engine> bz2_engine() {
  const std::string version = BZ2_bzlibVersion();  // "1.0.8, 13-Jul-2019"
  const std::string sorter = bz2::suffix_sorter();
  return Engine{.library = join("libbz2 ", version.substr(0, version.find(',')), sorter.empty() ? "" : ", ", sorter),
                .blocks = bz2::block_encoding,
                .decoder = [](const Limits&) -> std::unique_ptr<Decoder> { return std::make_unique<Bz2Decoder>(); },
                .block_decoding = [](const Limits&) { return bz2::block_decoding(); },
                .blocks_are_faster = true};
}
#else
std::optional<Engine> bz2_engine() { return std::nullopt; }
#endif

}  // namespace larder::internal
