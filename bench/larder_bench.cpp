// Every benchmark of this folder. `larder_bench --benchmark_list_tests` names them; bench/peers and pickles.py run some
// of them.
#include <benchmark/benchmark.h>

#include "benchmarks.h"

int main(int argc, char** argv) {
  larder::bench::register_detection();
  larder::bench::register_tiny_values();
  larder::bench::register_codec_streams();
  larder::bench::register_compressed_files();
  larder::bench::register_files();
  larder::bench::register_mappings();
  larder::bench::register_pickles();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
