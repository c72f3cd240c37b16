// One codec's streams, through larder and through the bare library, on the same bytes in the same pieces.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <map>
#include <memory>

#include <larder/codec.h>

#include "bare_codecs.h"
#include "benchmarks.h"
#include "sample.h"

namespace larder::bench {

namespace {

const Codec& codec_of(const BareCodec& bare) { return CodecRegistry::global().get(bare.name); }

// Compressed once: some codecs take their time.
Bytes compressed_sample(const BareCodec& bare) {
  static std::map<std::string, std::vector<std::byte>> known;
  std::vector<std::byte>& all = known[bare.name];
  if (all.empty()) {
    bare.compress(sample(), codec_of(bare).info().default_level,
                  [&](Bytes bytes) { all.insert(all.end(), bytes.begin(), bytes.end()); });
  }
  return all;
}

void finish_compression(benchmark::State& state, std::size_t size) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(sample().size()));
  state.counters["ratio"] = static_cast<double>(sample().size()) / static_cast<double>(size);
}

void compress_with_larder(benchmark::State& state, const BareCodec& bare) {
  const Bytes in = sample();
  std::size_t size = 0;
  for (auto _ : state) {
    size = 0;
    const auto below = callback_writer([&](Bytes bytes) { size += bytes.size(); });
    const auto writer = codec_of(bare).writer(*below);
    writer->write(in);
    writer->finish();
  }
  finish_compression(state, size);
}

void compress_with_library(benchmark::State& state, const BareCodec& bare) {
  const Bytes in = sample();
  std::size_t size = 0;
  for (auto _ : state) {
    size = 0;
    bare.compress(in, codec_of(bare).info().default_level, [&](Bytes bytes) { size += bytes.size(); });
  }
  finish_compression(state, size);
}

// Runs `decompress(in, out)` and makes sure that it gave the sample back.
template <class Decompress>
void measure_decompression(benchmark::State& state, const BareCodec& bare, Decompress decompress) {
  const Bytes in = compressed_sample(bare);
  const Region out = Region::allocate(sample().size());
  std::ranges::fill(out.mutable_bytes(), std::byte{1});
  for (auto _ : state) decompress(in, out.mutable_bytes());
  if (!std::ranges::equal(out.bytes(), sample())) state.SkipWithError("the content is not what was compressed");
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(sample().size()));
}

void decompress_with_larder(benchmark::State& state, const BareCodec& bare) {
  measure_decompression(state, bare, [&](Bytes in, MutableBytes out) {
    const auto below = memory_reader(in);
    const auto reader = codec_of(bare).reader(*below);
    reader->read_exactly(out, "the sample");
    reader->finish();
  });
}

void decompress_with_library(benchmark::State& state, const BareCodec& bare) {
  measure_decompression(state, bare, bare.decompress);
}

}  // namespace

void register_codec_streams() {
  for (const BareCodec& bare : bare_codecs()) {
    const auto add = [&](const std::string& name, void (*run)(benchmark::State&, const BareCodec&)) {
      benchmark::RegisterBenchmark(name.c_str(), [run, &bare](benchmark::State& state) {
        run(state, bare);
      })->Unit(benchmark::kMillisecond);
    };
    add("compress/" + bare.name + "/larder", compress_with_larder);
    add("compress/" + bare.name + "/bare", compress_with_library);
    add("decompress/" + bare.name + "/larder", decompress_with_larder);
    add("decompress/" + bare.name + "/bare", decompress_with_library);
  }
}

}  // namespace larder::bench
