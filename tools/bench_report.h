// What `larder bench` found out, as a table, as CSV and as JSON.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <larder/measure.h>

#include "tools/bench_sample.h"
#include "tools/console.h"

namespace larder::tools {

// A plain value.
struct BenchResult {
  std::vector<Sample> samples;
  std::uint64_t content = 0;   // bytes of all files' content
  std::uint64_t measured = 0;  // bytes of it that were measured
  Budget budget;               // with the disk's speed, and for the whole content
  std::string disk_note;       // where the disk's speed is from
  std::vector<Measurement> measurements;
  Advice advice;
};

// Sorts the measurements by one of bench_columns() (tools/commands.h); best first, names and levels rising.
void sort_measurements(std::vector<Measurement>& measurements, const std::string& column, const Budget& budget);

void print_result(const BenchResult& result, Console& console);
void print_csv(const BenchResult& result, Console& console);
// docs/bench.md says what is in it.
std::string json_of(const BenchResult& result);

}  // namespace larder::tools
