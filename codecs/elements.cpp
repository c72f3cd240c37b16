#include "codecs/elements.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "base/byte_order.h"

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

// Strings of 16 bytes, remembered by a hash; one that collides with another takes its place.
class Strings {
 public:
  static constexpr std::size_t length = 16;

  void add(const std::byte* at) {
    const std::uint64_t hash = hash_of(at);
    std::uint64_t& slot = slot_of(hash);
    count_ += slot == 0;
    slot = hash;
  }
  // Forgets it; whether it was there.
  bool remove(const std::byte* at) {
    const std::uint64_t hash = hash_of(at);
    std::uint64_t& slot = slot_of(hash);
    if (slot != hash) return false;
    slot = 0;
    return true;
  }
  std::size_t count() const noexcept { return count_; }  // of those that were added

 private:
  static constexpr unsigned log_slots = 15;

  static std::uint64_t hash_of(const std::byte* at) noexcept {
    const std::uint64_t mixed = load_le<std::uint64_t>(at) * 0x9e3779b97f4a7c15 ^ load_le<std::uint64_t>(at + 8);
    return (mixed ^ mixed >> 29) * 0xbf58476d1ce4e5b9 | 1;  // 0 is an empty slot
  }
  std::uint64_t& slot_of(std::uint64_t hash) { return slots_[hash >> (64 - log_slots)]; }

  std::vector<std::uint64_t> slots_ = std::vector<std::uint64_t>(std::size_t{1} << log_slots);
  std::size_t count_ = 0;
};

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

bool repeats_far(Bytes bytes, std::size_t width) {
  constexpr std::size_t end_size = 128 * 1024;
  constexpr std::size_t near_size = 256 * 1024;
  if (bytes.size() < end_size + near_size) return false;
  const std::size_t end = bytes.size() - end_size;
  const std::size_t near = end - near_size;

  Strings strings;
  for (std::size_t i = end; i + Strings::length <= bytes.size(); i += widest) strings.add(&bytes[i]);
  for (std::size_t i = near / width * width; i < end; i += width) strings.remove(&bytes[i]);
  std::size_t far = 0;
  for (std::size_t i = 0; i < near; i += width) far += strings.remove(&bytes[i]);
  return far > strings.count() / 20;
}

}  // namespace larder::internal
