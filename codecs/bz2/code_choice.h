// Which prefix codes a block gets, and which of them each group of its symbols uses.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "codecs/bz2/format.h"

namespace larder::internal::bz2 {

struct CodeChoice {
  std::size_t tables = 0;
  std::array<std::array<std::uint8_t, most_symbols>, most_tables> lengths{};  // of each table, by symbol
  std::vector<std::uint8_t> selectors{};                                      // the table of each group
  std::uint64_t bits = 0;                                                     // of all symbols in these codes

  // Decides for `symbols`, which occur as often as `counts` tells; at least one, all below the number of counts.
  void choose(std::span<const std::uint16_t> symbols, std::span<const std::uint32_t> counts);
};

}  // namespace larder::internal::bz2
