// What is measured on.
#pragma once

#include <cstdint>
#include <vector>

#include <larder/bytes.h>

namespace larder::bench {

// The elements of real arrays, one after another, and again until there are LARDER_BENCH_MIB (32) MiB. They are the
// .npy files in the folder LARDER_DATA; without it, a random walk, and a line on stderr that says so. The same in every
// run.
Bytes sample();

// The number in the environment variable `name`, or `otherwise`. Throws std::invalid_argument where it is no number.
std::uint64_t setting(const char* name, std::uint64_t otherwise);

constexpr std::size_t mebibyte = std::size_t{1} << 20;

}  // namespace larder::bench
