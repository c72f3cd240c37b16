#include "codecs/bz2/code_choice.h"

#include <algorithm>

#include "codecs/bz2/prefix_code.h"

namespace larder::internal::bz2 {
namespace {

// What bzip2 does as well, so that files are as large as its own.
constexpr int rounds = 4;
constexpr std::uint8_t first_cost_outside = 15;

std::size_t tables_for(std::size_t symbols) {
  constexpr std::array<std::size_t, most_tables - 2> enough_for_more{200, 600, 1200, 2400};
  return 2 + static_cast<std::size_t>(std::ranges::upper_bound(enough_for_more, symbols) - enough_for_more.begin());
}

// A number for each table, added all at once.
using Costs [[gnu::vector_size(16)]] = std::uint16_t;

class Choice {
 public:
  Choice(std::span<const std::uint16_t> symbols, std::span<const std::uint32_t> counts, CodeChoice& result)
      : symbols_(symbols), counts_(counts), result_(result) {}

  void make() {
    result_.tables = tables_for(symbols_.size());
    result_.selectors.resize((symbols_.size() + group_size - 1) / group_size);
    start_with_ranges();
    for (int round = 0; round < rounds; ++round) {
      select();
      improve();
    }
    result_.bits = 0;
    for (std::size_t table = 0; table < result_.tables; ++table)
      for (std::size_t symbol = 0; symbol < counts_.size(); ++symbol)
        result_.bits += std::uint64_t{used_[table][symbol]} * result_.lengths[table][symbol];
  }

 private:
  // At first each table is good for a range of symbols, all of which are about as frequent in total.
  void start_with_ranges() {
    std::uint64_t left = symbols_.size();
    std::size_t end = 0;
    for (std::size_t table = 0; table < result_.tables; ++table) {
      const std::uint64_t share = left / (result_.tables - table);
      const std::size_t start = end;
      std::uint64_t taken = 0;
      while (end < counts_.size() && taken < share) taken += counts_[end++];
      // Every other table leaves out the symbol that made its share too large.
      if (end > start + 1 && table != 0 && table + 1 != result_.tables && table % 2 == 1) taken -= counts_[--end];
      for (std::size_t symbol = 0; symbol < counts_.size(); ++symbol)
        result_.lengths[table][symbol] = symbol >= start && symbol < end ? 0 : first_cost_outside;
      left -= taken;
    }
  }

  // Gives each group the table in which it is shortest, and counts what the tables are used for.
  void select() {
    for (std::size_t symbol = 0; symbol < counts_.size(); ++symbol)
      for (std::size_t table = 0; table < result_.tables; ++table)
        costs_[symbol][table] = result_.lengths[table][symbol];
    for (auto& used : used_) used.fill(0);
    for (std::size_t group = 0; group < result_.selectors.size(); ++group) {
      const auto members =
          symbols_.subspan(group * group_size).first(std::min(group_size, symbols_.size() - group * group_size));
      Costs sums{};
      for (const std::uint16_t symbol : members) sums += costs_[symbol];
      std::size_t best = 0;
      for (std::size_t table = 1; table < result_.tables; ++table)
        if (sums[table] < sums[best]) best = table;
      result_.selectors[group] = static_cast<std::uint8_t>(best);
      for (const std::uint16_t symbol : members) ++used_[best][symbol];
    }
  }

  void improve() {
    for (std::size_t table = 0; table < result_.tables; ++table)
      choose_code_lengths(std::span(used_[table]).first(counts_.size()),
                          std::span(result_.lengths[table]).first(counts_.size()));
  }

  std::span<const std::uint16_t> symbols_;
  std::span<const std::uint32_t> counts_;
  CodeChoice& result_;
  std::array<Costs, most_symbols> costs_{};  // of each symbol in each table
  std::array<std::array<std::uint32_t, most_symbols>, most_tables> used_{};
};

}  // namespace

void CodeChoice::choose(std::span<const std::uint16_t> symbols, std::span<const std::uint32_t> counts) {
  Choice(symbols, counts, *this).make();
}

}  // namespace larder::internal::bz2
