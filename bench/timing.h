// Timing one piece of work, and nothing around it.
#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>
#include <ctime>

#include <larder/bytes.h>

namespace larder::bench {

inline double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

// Takes `bytes` of memory from the system and gives them back. A virtual machine may have returned free memory to its
// host; getting it again takes longer than what is measured here, and meets whoever comes first.
inline void warm_free_memory(std::uint64_t bytes) {
  const Region region = Region::allocate(bytes);
  const MutableBytes all = region.mutable_bytes();
  constexpr std::size_t page = 4096;
  for (std::size_t at = 0; at < all.size(); at += page) all[at] = std::byte{1};
  benchmark::ClobberMemory();
}

// Runs `work` for each iteration after `prepare`, which is not timed, nor is the destruction of what `work` returns.
// The counter `cpu_ms` is the processor time of the last `work`, kernel's included.
template <class Prepare, class Work>
void measure(benchmark::State& state, std::uint64_t memory, Prepare prepare, Work work) {
  for (auto _ : state) {
    prepare();
    warm_free_memory(memory);
    const double cpu_start = cpu_seconds();
    const auto start = std::chrono::steady_clock::now();
    const auto result = work();
    state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    state.counters["cpu_ms"] = (cpu_seconds() - cpu_start) * 1000;
    benchmark::DoNotOptimize(result);
  }
}

}  // namespace larder::bench
