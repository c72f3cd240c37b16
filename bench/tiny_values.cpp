// What compressing 1 KiB costs: Codec::compress, and the bare library in one call with a context that is used again.
#include <benchmark/benchmark.h>
#include <bzlib.h>
#include <lz4frame.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <larder/codec.h>

#include "benchmarks.h"
#include "sample.h"

namespace larder::bench {

namespace {

constexpr std::size_t value_size = 1024;
constexpr std::size_t room = 8 * value_size;  // more than any of these formats makes of a value

using Compressor = std::function<std::size_t(Bytes in, MutableBytes out)>;

void require(bool fine) {
  if (!fine) std::abort();
}

template <class Byte>
Byte* input(Bytes in) {
  return const_cast<Byte*>(reinterpret_cast<const Byte*>(in.data()));
}

Compressor deflate_again(int level, int bits) {
  const std::shared_ptr<z_stream> stream(new z_stream(), [](z_stream* used) {
    deflateEnd(used);
    delete used;
  });
  require(deflateInit2(stream.get(), level, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  return [stream](Bytes in, MutableBytes out) {
    require(deflateReset(stream.get()) == Z_OK);
    stream->next_in = input<Bytef>(in);
    stream->avail_in = static_cast<uInt>(in.size());
    stream->next_out = reinterpret_cast<Bytef*>(out.data());
    stream->avail_out = static_cast<uInt>(out.size());
    require(deflate(stream.get(), Z_FINISH) == Z_STREAM_END);
    return out.size() - stream->avail_out;
  };
}

Compressor bz2_again(int level) {  // libbz2 can use nothing again
  return [level](Bytes in, MutableBytes out) {
    auto size = static_cast<unsigned>(out.size());
    require(BZ2_bzBuffToBuffCompress(reinterpret_cast<char*>(out.data()), &size, input<char>(in),
                                     static_cast<unsigned>(in.size()), level, 0, 0) == BZ_OK);
    return std::size_t{size};
  };
}

Compressor lzma_again(int level, bool alone) {
  const std::shared_ptr<lzma_stream> stream(new lzma_stream LZMA_STREAM_INIT, [](lzma_stream* used) {
    lzma_end(used);
    delete used;
  });
  const auto options = std::make_shared<lzma_options_lzma>();
  const auto preset = static_cast<std::uint32_t>(level);
  require(!lzma_lzma_preset(options.get(), preset));
  return [stream, options, preset, alone](Bytes in, MutableBytes out) {
    require((alone ? lzma_alone_encoder(stream.get(), options.get())
                   : lzma_easy_encoder(stream.get(), preset, LZMA_CHECK_CRC64)) == LZMA_OK);
    stream->next_in = input<std::uint8_t>(in);
    stream->avail_in = in.size();
    stream->next_out = reinterpret_cast<std::uint8_t*>(out.data());
    stream->avail_out = out.size();
    require(lzma_code(stream.get(), LZMA_FINISH) == LZMA_STREAM_END);
    return out.size() - stream->avail_out;
  };
}

Compressor lz4_again(int level) {
  LZ4F_cctx* made = nullptr;
  require(!LZ4F_isError(LZ4F_createCompressionContext(&made, LZ4F_VERSION)));
  const std::shared_ptr<LZ4F_cctx> context(made, LZ4F_freeCompressionContext);
  return [context, level](Bytes in, MutableBytes out) {
    LZ4F_preferences_t preferences = LZ4F_INIT_PREFERENCES;
    preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
    preferences.compressionLevel = level;
    std::size_t size = LZ4F_compressBegin(context.get(), out.data(), out.size(), &preferences);
    for (const auto step : {0, 1}) {
      const MutableBytes left = out.subspan(size);
      const std::size_t more =
          step == 0 ? LZ4F_compressUpdate(context.get(), left.data(), left.size(), in.data(), in.size(), nullptr)
                    : LZ4F_compressEnd(context.get(), left.data(), left.size(), nullptr);
      require(!LZ4F_isError(more));
      size += more;
    }
    return size;
  };
}

Compressor zstd_again(int level) {
  const std::shared_ptr<ZSTD_CCtx> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  require(!ZSTD_isError(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level)));
  require(!ZSTD_isError(ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1)));
  return [context](Bytes in, MutableBytes out) {
    const std::size_t size = ZSTD_compress2(context.get(), out.data(), out.size(), in.data(), in.size());
    require(!ZSTD_isError(size));
    return size;
  };
}

Compressor library_of(const std::string& codec, int level) {
  if (codec == "zlib") return deflate_again(level, MAX_WBITS);
  if (codec == "gzip") return deflate_again(level, MAX_WBITS + 16);
  if (codec == "bz2") return bz2_again(level);
  if (codec == "lz4") return lz4_again(level);
  if (codec == "zstd") return zstd_again(level);
  return lzma_again(level, codec == "lzma");
}

// Value after value of the sample, so that no branch predictor learns one by heart.
template <class Compress>
void compress_values(benchmark::State& state, Compress compress) {
  const Bytes all = sample();
  std::size_t at = 0;
  std::size_t size = 0;
  std::size_t values = 0;
  for (auto _ : state) {
    size += compress(all.subspan(at, value_size));
    ++values;
    at += value_size;
    if (at + value_size > all.size()) at = 0;
  }
  state.counters["size"] = static_cast<double>(size) / static_cast<double>(values);
}

void with_larder(benchmark::State& state, const Codec& codec, int level) {
  compress_values(state, [&](Bytes in) { return codec.compress(in, {.level = level}).size(); });
}

void with_library(benchmark::State& state, const std::string& codec, int level) {
  const Compressor compressor = library_of(codec, level);
  std::vector<std::byte> out(room);
  compress_values(state, [&](Bytes in) { return compressor(in, out); });
}

}  // namespace

void register_tiny_values() {
  for (const std::string codec : {"zlib", "gzip", "bz2", "lzma", "xz", "lz4", "zstd"}) {
    const Codec& found = CodecRegistry::global().get(codec);
    const int level = found.info().default_level;
    const std::string name = "tiny/" + codec + "/";
    benchmark::RegisterBenchmark((name + "larder").c_str(),
                                 [&found, level](benchmark::State& state) { with_larder(state, found, level); });
    benchmark::RegisterBenchmark((name + "bare").c_str(),
                                 [codec, level](benchmark::State& state) { with_library(state, codec, level); });
  }
}

}  // namespace larder::bench
