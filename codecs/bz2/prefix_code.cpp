#include "codecs/bz2/prefix_code.h"

#include <algorithm>

namespace larder::internal::bz2 {
namespace {

constexpr unsigned longest_written = 17;
constexpr unsigned symbol_bits = 9;
constexpr std::uint32_t symbol_mask = (1U << symbol_bits) - 1;

// Symbols with their weights, the lightest first.
using Weighted = std::array<std::uint32_t, most_symbols>;

// The lengths that Huffman's algorithm chooses, by two queues: the leaves, and the pairs as they are made. Returns the
// longest.
unsigned huffman_lengths(std::span<const std::uint32_t> leaves, std::span<std::uint8_t> lengths) {
  const std::size_t count = leaves.size();
  std::array<std::uint32_t, 2 * most_symbols> weight;
  std::array<std::uint16_t, 2 * most_symbols> parent;
  for (std::size_t k = 0; k < count; ++k) weight[k] = leaves[k] >> symbol_bits;
  std::size_t next_leaf = 0;
  std::size_t next_pair = count;
  const std::size_t root = 2 * count - 2;
  for (std::size_t pair = count; pair <= root; ++pair) {
    const auto take_lightest = [&] {
      const bool leaf = next_pair == pair || (next_leaf < count && weight[next_leaf] <= weight[next_pair]);
      const std::size_t taken = leaf ? next_leaf++ : next_pair++;
      parent[taken] = static_cast<std::uint16_t>(pair);
      return weight[taken];
    };
    weight[pair] = take_lightest();
    weight[pair] += take_lightest();
  }
  std::array<std::uint16_t, 2 * most_symbols> depth;
  depth[root] = 0;
  for (std::size_t node = root; node-- > 0;) depth[node] = static_cast<std::uint16_t>(depth[parent[node]] + 1);
  unsigned longest = 0;
  for (std::size_t k = 0; k < count; ++k) {
    lengths[leaves[k] & symbol_mask] = static_cast<std::uint8_t>(depth[k]);
    longest = std::max<unsigned>(longest, depth[k]);
  }
  return longest;
}

}  // namespace

void choose_code_lengths(std::span<const std::uint32_t> counts, std::span<std::uint8_t> lengths) {
  Weighted weighted;
  const std::span<std::uint32_t> leaves = std::span(weighted).first(counts.size());
  // Flatter weights, where the codes come out too long, make shorter ones.
  for (unsigned flattened = 0;; ++flattened) {
    for (std::size_t symbol = 0; symbol < counts.size(); ++symbol) {
      const std::uint32_t weight = (std::max(counts[symbol], 1U) >> flattened) + (flattened > 0 ? 1 : 0);
      leaves[symbol] = weight << symbol_bits | static_cast<std::uint32_t>(symbol);
    }
    std::sort(leaves.begin(), leaves.end());
    if (huffman_lengths(leaves, lengths) <= longest_written) return;
  }
}

void assign_codes(std::span<const std::uint8_t> lengths, std::span<std::uint32_t> codes) {
  std::array<std::uint32_t, longest_code + 2> next{};
  for (const std::uint8_t length : lengths) ++next[length + 1U];
  std::uint32_t code = 0;
  for (std::size_t length = 1; length <= longest_code; ++length) {
    const std::uint32_t of_shorter = next[length];
    code = (code + of_shorter) << 1;
    next[length] = code;
  }
  for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol) codes[symbol] = next[lengths[symbol]]++;
}

bool CodeReader::set(std::span<const std::uint8_t> lengths) {
  std::array<std::uint32_t, longest_code + 1> count{};
  for (const std::uint8_t length : lengths) ++count[length];
  std::array<std::uint32_t, longest_code + 1> place{};
  std::uint32_t code = 0;  // of 20 bits
  std::uint32_t symbols = 0;
  for (unsigned length = 1; length <= longest_code; ++length) {
    const unsigned unused = longest_code - length;
    place[length] = symbols;
    first_[length] = (code >> unused) - symbols;
    code += count[length] << unused;
    symbols += count[length];
    end_[length] = code;
  }
  if (code != std::uint32_t{1} << longest_code) return false;

  for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol)
    symbols_[place[lengths[symbol]]++] = static_cast<std::uint16_t>(symbol);
  short_.fill(0);
  std::size_t entry = 0;
  for (std::size_t k = 0; k < symbols && lengths[symbols_[k]] <= short_bits; ++k) {
    const unsigned length = lengths[symbols_[k]];
    const std::size_t entries = std::size_t{1} << (short_bits - length);
    std::fill_n(short_.begin() + static_cast<std::ptrdiff_t>(entry), entries,
                static_cast<std::uint16_t>(unsigned{symbols_[k]} << 4 | length));
    entry += entries;
  }
  return true;
}

CodeReader::Symbol CodeReader::find_long(std::uint64_t bits) const noexcept {
  const auto code = static_cast<std::uint32_t>(bits >> (64 - longest_code));
  unsigned length = short_bits + 1;
  while (code >= end_[length]) ++length;
  return {symbols_[(code >> (longest_code - length)) - first_[length]], length};
}

}  // namespace larder::internal::bz2
