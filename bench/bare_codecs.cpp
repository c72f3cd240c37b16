#include "bare_codecs.h"

#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstdlib>

namespace larder::bench {

namespace {

constexpr std::size_t piece = std::size_t{4} << 20;
constexpr std::size_t buffer = std::size_t{64} << 10;

void require(bool fine) {
  if (!fine) std::abort();
}

Bytes take_piece(Bytes& in) {
  const Bytes taken = in.first(std::min(in.size(), piece));
  in = in.subspan(taken.size());
  return taken;
}

MutableBytes first_piece(MutableBytes out) { return out.first(std::min(out.size(), piece)); }

// Sends `out` to the sink up to where a library wrote.
void send(const std::vector<std::byte>& out, std::size_t left, const Sink& sink) {
  if (left != out.size()) sink(Bytes(out).first(out.size() - left));
}

// zlib and bzip2 have streams of one shape.
template <class Stream, class Byte>
void set_input(Stream& stream, Bytes in) {
  stream.next_in = const_cast<Byte*>(reinterpret_cast<const Byte*>(in.data()));
  stream.avail_in = static_cast<unsigned>(in.size());
}

template <class Stream, class Byte>
void set_output(Stream& stream, MutableBytes out) {
  stream.next_out = reinterpret_cast<Byte*>(out.data());
  stream.avail_out = static_cast<unsigned>(out.size());
}

template <class Stream, class Byte, class Run>
void compress_all(Stream& stream, Bytes in, const Sink& sink, Run run, int end) {
  std::vector<std::byte> out(buffer);
  int code = 0;
  while (!in.empty()) {
    set_input<Stream, Byte>(stream, take_piece(in));
    while (stream.avail_in != 0) {
      set_output<Stream, Byte>(stream, out);
      run(false);
      send(out, stream.avail_out, sink);
    }
  }
  do {
    set_output<Stream, Byte>(stream, out);
    code = run(true);
    send(out, stream.avail_out, sink);
  } while (code != end);
}

template <class Stream, class Byte, class Run>
void decompress_all(Stream& stream, Bytes in, MutableBytes out, Run run, int end) {
  for (int code = 0; code != end;) {
    if (stream.avail_in == 0) set_input<Stream, Byte>(stream, take_piece(in));
    const MutableBytes room = first_piece(out);
    set_output<Stream, Byte>(stream, room);
    code = run();
    require(code >= 0 || code == Z_BUF_ERROR);
    out = out.subspan(room.size() - stream.avail_out);
  }
}

void deflate_stream(Bytes in, int level, int bits, const Sink& sink) {
  z_stream stream{};
  require(deflateInit2(&stream, level, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  compress_all<z_stream, Bytef>(
      stream, in, sink, [&](bool last) { return deflate(&stream, last ? Z_FINISH : Z_NO_FLUSH); }, Z_STREAM_END);
  require(deflateEnd(&stream) == Z_OK);
}

void inflate_stream(Bytes in, MutableBytes out, int bits) {
  z_stream stream{};
  require(inflateInit2(&stream, bits) == Z_OK);
  decompress_all<z_stream, Bytef>(
      stream, in, out, [&] { return inflate(&stream, Z_NO_FLUSH); }, Z_STREAM_END);
  require(inflateEnd(&stream) == Z_OK);
}

void bz2_compress(Bytes in, int level, const Sink& sink) {
  bz_stream stream{};
  require(BZ2_bzCompressInit(&stream, level, 0, 0) == BZ_OK);
  compress_all<bz_stream, char>(
      stream, in, sink, [&](bool last) { return BZ2_bzCompress(&stream, last ? BZ_FINISH : BZ_RUN); }, BZ_STREAM_END);
  require(BZ2_bzCompressEnd(&stream) == BZ_OK);
}

void bz2_decompress(Bytes in, MutableBytes out) {
  bz_stream stream{};
  require(BZ2_bzDecompressInit(&stream, 0, 0) == BZ_OK);
  decompress_all<bz_stream, char>(
      stream, in, out, [&] { return BZ2_bzDecompress(&stream); }, BZ_STREAM_END);
  require(BZ2_bzDecompressEnd(&stream) == BZ_OK);
}

void lzma_all(lzma_stream& stream, Bytes in, const Sink& sink) {
  std::vector<std::byte> out(buffer);
  lzma_ret code = LZMA_OK;
  while (code == LZMA_OK) {
    if (stream.avail_in == 0) {
      const Bytes next = take_piece(in);
      stream.next_in = reinterpret_cast<const std::uint8_t*>(next.data());
      stream.avail_in = next.size();
    }
    stream.next_out = reinterpret_cast<std::uint8_t*>(out.data());
    stream.avail_out = out.size();
    code = lzma_code(&stream, stream.avail_in == 0 ? LZMA_FINISH : LZMA_RUN);
    send(out, stream.avail_out, sink);
  }
  require(code == LZMA_STREAM_END);
  lzma_end(&stream);
}

void xz_compress(Bytes in, int level, const Sink& sink) {
  lzma_stream stream = LZMA_STREAM_INIT;
  require(lzma_easy_encoder(&stream, static_cast<std::uint32_t>(level), LZMA_CHECK_CRC64) == LZMA_OK);
  lzma_all(stream, in, sink);
}

void lzma_compress(Bytes in, int level, const Sink& sink) {
  lzma_stream stream = LZMA_STREAM_INIT;
  lzma_options_lzma options;
  require(!lzma_lzma_preset(&options, static_cast<std::uint32_t>(level)));
  require(lzma_alone_encoder(&stream, &options) == LZMA_OK);
  lzma_all(stream, in, sink);
}

void lzma_decompress(Bytes in, MutableBytes out) {
  lzma_stream stream = LZMA_STREAM_INIT;
  require(lzma_auto_decoder(&stream, UINT64_MAX, 0) == LZMA_OK);
  lzma_ret code = LZMA_OK;
  while (code == LZMA_OK) {
    if (stream.avail_in == 0) {
      const Bytes next = take_piece(in);
      stream.next_in = reinterpret_cast<const std::uint8_t*>(next.data());
      stream.avail_in = next.size();
    }
    const MutableBytes room = first_piece(out);
    stream.next_out = reinterpret_cast<std::uint8_t*>(room.data());
    stream.avail_out = room.size();
    code = lzma_code(&stream, LZMA_RUN);
    out = out.subspan(room.size() - stream.avail_out);
  }
  require(code == LZMA_STREAM_END);
  lzma_end(&stream);
}

std::size_t lz4_checked(std::size_t result) {
  require(!LZ4F_isError(result));
  return result;
}

void lz4_compress(Bytes in, int level, const Sink& sink) {
  LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES;
  preferences.frameInfo.blockSizeID = LZ4F_max4MB;
  preferences.frameInfo.blockMode = LZ4F_blockIndependent;
  preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
  preferences.compressionLevel = level;
  LZ4F_cctx* context = nullptr;
  lz4_checked(LZ4F_createCompressionContext(&context, LZ4F_VERSION));
  std::vector<std::byte> out(LZ4F_HEADER_SIZE_MAX + LZ4F_compressBound(piece, &preferences));
  sink(Bytes(out).first(lz4_checked(LZ4F_compressBegin(context, out.data(), out.size(), &preferences))));
  while (!in.empty()) {
    const Bytes next = take_piece(in);
    sink(Bytes(out).first(
        lz4_checked(LZ4F_compressUpdate(context, out.data(), out.size(), next.data(), next.size(), nullptr))));
  }
  sink(Bytes(out).first(lz4_checked(LZ4F_compressEnd(context, out.data(), out.size(), nullptr))));
  lz4_checked(LZ4F_freeCompressionContext(context));
}

void lz4_decompress(Bytes in, MutableBytes out) {
  LZ4F_dctx* context = nullptr;
  lz4_checked(LZ4F_createDecompressionContext(&context, LZ4F_VERSION));
  for (std::size_t wanted = 1; wanted != 0;) {
    std::size_t consumed = std::min(in.size(), piece);
    std::size_t produced = std::min(out.size(), piece);
    wanted = lz4_checked(LZ4F_decompress(context, out.data(), &produced, in.data(), &consumed, nullptr));
    in = in.subspan(consumed);
    out = out.subspan(produced);
  }
  lz4_checked(LZ4F_freeDecompressionContext(context));
}

std::size_t zstd_checked(std::size_t result) {
  require(!ZSTD_isError(result));
  return result;
}

void zstd_compress(Bytes in, int level, const Sink& sink) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  zstd_checked(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level));
  zstd_checked(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1));
  std::vector<std::byte> out(ZSTD_CStreamOutSize());
  std::size_t left = 1;
  while (!in.empty() || left != 0) {
    const Bytes next = take_piece(in);
    ZSTD_inBuffer input{next.data(), next.size(), 0};
    do {
      ZSTD_outBuffer output{out.data(), out.size(), 0};
      left = zstd_checked(ZSTD_compressStream2(context, &output, &input, next.empty() ? ZSTD_e_end : ZSTD_e_continue));
      send(out, out.size() - output.pos, sink);
    } while (input.pos != input.size);
    if (!next.empty()) left = 1;
  }
  zstd_checked(ZSTD_freeCCtx(context));
}

void zstd_decompress(Bytes in, MutableBytes out) {
  ZSTD_DCtx* const context = ZSTD_createDCtx();
  for (std::size_t wanted = 1; wanted != 0;) {
    ZSTD_inBuffer input{in.data(), std::min(in.size(), piece), 0};
    ZSTD_outBuffer output{out.data(), std::min(out.size(), piece), 0};
    wanted = zstd_checked(ZSTD_decompressStream(context, &output, &input));
    in = in.subspan(input.pos);
    out = out.subspan(output.pos);
  }
  zstd_checked(ZSTD_freeDCtx(context));
}

}  // namespace

const std::vector<BareCodec>& bare_codecs() {
  constexpr int gzip_bits = MAX_WBITS + 16;
  static const std::vector<BareCodec> all = {
      {"zlib", [](Bytes in, int level, const Sink& sink) { deflate_stream(in, level, MAX_WBITS, sink); },
       [](Bytes in, MutableBytes out) { inflate_stream(in, out, MAX_WBITS); }},
      {"gzip", [](Bytes in, int level, const Sink& sink) { deflate_stream(in, level, gzip_bits, sink); },
       [](Bytes in, MutableBytes out) { inflate_stream(in, out, gzip_bits); }},
      {"bz2", bz2_compress, bz2_decompress},
      {"lzma", lzma_compress, lzma_decompress},
      {"xz", xz_compress, lzma_decompress},
      {"lz4", lz4_compress, lz4_decompress},
      {"zstd", zstd_compress, zstd_decompress},
  };
  return all;
}

}  // namespace larder::bench
