// Dump and load of an array with each codec at its default level, on all cores.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <functional>
#include <string>

#include <larder/dump.h>
#include <larder/load.h>

#include "benchmarks.h"
#include "sample.h"
#include "scratch.h"
#include "timing.h"

namespace larder::bench {

namespace {

using Run = void (*)(benchmark::State& state, const Array& array, const Path& path, const std::string& codec);

void write(const Array& array, const Path& path, const std::string& codec) {
  dump(array, path, {.compress = Compress(codec), .file = {.sync = Sync::none}});
}

void measure_dump(benchmark::State& state, const Array& array, const Path& path, const std::string& codec) {
  measure(
      state, 2 * array.nbytes(), [&] { std::filesystem::remove(path); },
      [&] {
        write(array, path, codec);
        return path;
      });
  state.counters["ratio"] = static_cast<double>(array.nbytes()) / static_cast<double>(std::filesystem::file_size(path));
}

void measure_load(benchmark::State& state, const Array& array, const Path& path, const std::string& codec) {
  write(array, path, codec);
  measure(
      state, 2 * array.nbytes(), [] {}, [&] { return load(path); });
}

void add(const std::string& group, const std::string& codec, Run run) {
  benchmark::RegisterBenchmark(
      (group + "/" + codec + "/larder").c_str(),
      [run, codec](benchmark::State& state) {
        const Scratch scratch;
        const Array array = Array::from_region(DType::of<double>(), {sample().size() / sizeof(double)}, Order::c,
                                               Region::borrow(sample()));
        run(state, array, scratch.path() / "array.joblib", codec);
        state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(array.nbytes()));
      })
      ->UseManualTime()
      ->Unit(benchmark::kMillisecond);
}

}  // namespace

void register_compressed_files() {
  for (const std::string codec : {"zlib", "gzip", "bz2", "lzma", "xz", "lz4", "zstd"}) {
    add("dump_compressed", codec, measure_dump);
    add("load_compressed", codec, measure_load);
  }
}

}  // namespace larder::bench
