// What it costs to map an array of 16 GiB. The file is sparse: it holds a header and nothing else.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <fstream>
#include <string>

#include <larder/dump.h>
#include <larder/load.h>

#include "benchmarks.h"
#include "sample.h"
#include "scratch.h"

namespace larder::bench {

namespace {

constexpr std::uint64_t array_bytes = std::uint64_t{16} << 30;

// Writes what a dump of an array of zeros writes, without writing the zeros. (The array is memory that nobody touches.)
void make_sparse_file(const Path& path, const std::string& format) {
  std::ofstream out(path, std::ios::binary);
  const auto writer = callback_writer([&](Bytes bytes) {
    if (bytes.size() < array_bytes) out.write(as_text(bytes).data(), static_cast<std::streamsize>(bytes.size()));
    out.seekp(bytes.size() < array_bytes ? 0 : static_cast<std::streamoff>(array_bytes), std::ios::cur);
  });
  const Array array = Array::allocate(DType::of<double>(), {array_bytes / sizeof(double)});
  dump(array, *writer, {.format = format});
  const auto end = static_cast<std::uintmax_t>(out.tellp());
  out.close();
  std::filesystem::resize_file(path, end);
}

void map(benchmark::State& state, const std::string& format) {
  const Scratch scratch;
  const Path path = scratch.path() / ("array." + format);
  make_sparse_file(path, format);
  for (auto _ : state) {
    const Document document = load(path, {.mmap_mode = MapMode::read});
    const Array& array = document.root().as_array();
    if (!array.mapped() || array.nbytes() != array_bytes || array.data<double>().back() != 0)
      return state.SkipWithError("the array is not what was mapped");
  }
}

}  // namespace

void register_mappings() {
  for (const std::string format : {"joblib", "npy"}) {
    benchmark::RegisterBenchmark(("map/" + format + "/larder").c_str(),
                                 [format](benchmark::State& state) { map(state, format); })
        ->MeasureProcessCPUTime()
        ->Unit(benchmark::kMillisecond);
  }
}

}  // namespace larder::bench
