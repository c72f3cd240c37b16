// What an item is worth to eviction that counts costs.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

namespace larder::internal {

// Seconds that a byte of an item took to compute: 0 where nobody told, or told nonsense. At most 10^6, so that one
// absurd cost cannot lift the age of a whole store (GreedyDual-Size adds to it) beyond the precision of a double.
inline double seconds_per_byte(std::optional<double> cost, std::uint64_t size) noexcept {
  if (!cost || !std::isfinite(*cost) || *cost <= 0) return 0;
  return std::min(*cost / static_cast<double>(std::max<std::uint64_t>(size, 1)), 1e6);
}

}  // namespace larder::internal
