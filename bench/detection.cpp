// What it costs to tell a codec by the first bytes of a file.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include <larder/codec.h>

#include "benchmarks.h"
#include "sample.h"

namespace larder::bench {

namespace {

constexpr std::size_t head_size = 16;

std::vector<std::byte> head_of(const Codec& codec) {
  const Region stream = codec.compress(sample().first(std::size_t{64} << 10));
  const Bytes head = stream.bytes().first(head_size);
  return {head.begin(), head.end()};
}

void detect(benchmark::State& state, const Codec* wanted, Bytes head) {
  const CodecRegistry& registry = CodecRegistry::global();
  for (auto _ : state) {
    const Codec* const found = registry.detect(head);
    benchmark::DoNotOptimize(found);
    if (found != wanted) return state.SkipWithError("another codec was found");
  }
}

}  // namespace

void register_detection() {
  const CodecRegistry& registry = CodecRegistry::global();
  for (const std::string name : {"zlib", "gzip", "bz2", "lzma", "xz", "lz4", "zstd"}) {
    const Codec& codec = registry.get(name);
    benchmark::RegisterBenchmark(("detect/" + name + "/larder").c_str(),
                                 [&codec](benchmark::State& state) { detect(state, &codec, head_of(codec)); });
  }
  benchmark::RegisterBenchmark("detect/none/larder", [](benchmark::State& state) {
    const std::vector<std::byte> zeros(head_size);
    detect(state, nullptr, zeros);
  });
}

}  // namespace larder::bench
