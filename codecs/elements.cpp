#include "codecs/elements.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace larder::internal {
namespace {

constexpr std::size_t widest = 8;
constexpr std::size_t least_sample = 8 * 1024;  // shorter ones look ordered by chance

// How often each value of a byte occurs, for each of the positions in an element.
using Histograms = std::array<std::array<std::uint32_t, 256>, widest>;

// n * log2(n), in 1/65536. Between powers of two the logarithm is taken for a parabola, which is right to 0.01.
std::uint64_t n_log_n(std::uint64_t n) noexcept {
  if (n == 0) return 0;
  const auto whole = static_cast<unsigned>(std::bit_width(n)) - 1;
  const std::uint64_t part = ((n - (std::uint64_t{1} << whole)) << 16) >> whole;
  const std::uint64_t bulge = (((part * (65536 - part)) >> 16) * 22512) >> 16;
  return n * ((std::uint64_t{whole} << 16) + part + bulge);
}

// Bits that bytes take where the position in an element of `width` is known and nothing else, in 1/65536: their
// entropy, and what it comes out too small by because the sample is short.
std::uint64_t entropy(const Histograms& histograms, std::size_t width) noexcept {
  constexpr std::uint64_t half_a_nat = 47274;  // in bits
  std::uint64_t bits = 0;
  for (std::size_t position = 0; position < width; ++position) {
    std::uint64_t total = 0;
    std::uint64_t inner = 0;
    std::uint64_t values = 0;
    for (std::size_t value = 0; value < 256; ++value) {
      std::uint64_t count = 0;
      for (std::size_t other = position; other < widest; other += width) count += histograms[other][value];
      total += count;
      inner += n_log_n(count);
      values += count != 0;
    }
    bits += n_log_n(total) - inner + values * half_a_nat;
  }
  return bits;
}

// The histograms of what is left when the byte `distance` before is subtracted; 0: of the bytes themselves.
Histograms histograms_of(Bytes sample, std::size_t distance = 0) noexcept {
  Histograms result{};
  for (std::size_t i = distance; i < sample.size(); ++i) {
    const auto byte = std::to_integer<unsigned>(sample[i]);
    const auto before = distance == 0 ? 0u : std::to_integer<unsigned>(sample[i - distance]);
    ++result[i % widest][(byte - before) & 0xff];
  }
  return result;
}

// Whether a is smaller than b by at least one part in `parts`.
bool clearly_below(std::uint64_t a, std::uint64_t b, std::uint64_t parts) noexcept { return a < b - b / parts; }

}  // namespace

Elements elements_of(Bytes sample) {
  if (sample.size() < least_sample) return {};
  const Histograms histograms = histograms_of(sample);
  std::size_t width = 1;
  std::uint64_t bits = entropy(histograms, 1);
  const std::uint64_t bits_without = bits;
  for (std::size_t wider = 2; wider <= widest; wider *= 2) {
    const std::uint64_t bits_wider = entropy(histograms, wider);
    if (!clearly_below(bits_wider, bits, 50)) continue;
    width = wider;
    bits = bits_wider;
  }
  return {.width = clearly_below(bits, bits_without, 20) ? width : 1,
          .entropy = static_cast<std::uint32_t>(std::min<std::uint64_t>(bits / 8 / sample.size(), 65536))};
}

std::size_t difference_distance(Bytes sample, std::size_t width) {
  constexpr std::size_t farthest = 256;
  constexpr std::size_t first_look = 8 * 1024;
  if (sample.size() < least_sample) return 0;

  const auto bits_of = [width](Bytes bytes, std::size_t distance) {
    return entropy(histograms_of(bytes, distance), width);
  };
  const Bytes start = sample.first(first_look);
  std::size_t best = width;
  std::uint64_t least_bits = bits_of(start, width);
  for (std::size_t distance = 2 * width; distance <= farthest; distance += width) {
    // What is farther away leaves out more at the start; and only what is clearly better is worth it.
    const std::uint64_t bits = bits_of(start, distance) * start.size() / (start.size() - distance);
    if (!clearly_below(bits, least_bits, 50)) continue;
    best = distance;
    least_bits = bits;
  }
  return clearly_below(bits_of(sample, best), bits_of(sample, 0), 7) ? best : 0;
}

}  // namespace larder::internal
