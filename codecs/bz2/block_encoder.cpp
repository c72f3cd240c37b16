#include "codecs/bz2/block_encoder.h"

#include <algorithm>
#include <utility>

#include "codecs/bz2/bits.h"
#include "codecs/bz2/format.h"
#include "codecs/bz2/front_list.h"
#include "codecs/bz2/prefix_code.h"

namespace larder::internal::bz2 {
namespace {

// All bytes: those that occur, then the others.
FrontList front_list(const std::array<bool, 256>& occurs) {
  std::array<std::uint8_t, 256> order;
  std::size_t filled = 0;
  for (const bool wanted : {true, false})
    for (std::size_t byte = 0; byte < 256; ++byte)
      if (occurs[byte] == wanted) order[filled++] = static_cast<std::uint8_t>(byte);
  return FrontList(order);
}

// Which bytes occur: which of sixteen ranges have any, then each byte of those.
void write_occurring(const std::array<bool, 256>& occurs, BitWriter& to) {
  std::array<unsigned, 16> ranges{};
  unsigned used_ranges = 0;
  for (unsigned byte = 0; byte < 256; ++byte) {
    const unsigned bit = occurs[byte] ? 1 : 0;
    ranges[byte / 16] |= bit << (15 - byte % 16);
    used_ranges |= bit << (15 - byte / 16);
  }
  to.put(used_ranges, 16);
  for (const unsigned range : ranges)
    if (range != 0) to.put(range, 16);
}

// Each as the place of its table in a list that it is then moved to the front of, in unary.
void write_selectors(std::span<const std::uint8_t> selectors, BitWriter& to) {
  std::array<std::uint8_t, most_tables> list{0, 1, 2, 3, 4, 5};
  for (const std::uint8_t selector : selectors) {
    const auto at = std::ranges::find(list, selector);
    const auto place = static_cast<unsigned>(at - list.begin());
    std::rotate(list.begin(), at, at + 1);
    to.put((std::uint64_t{1} << (place + 1)) - 2, place + 1);
  }
}

// The first length, then for each symbol its difference to the one before: 10 one more, 11 one less, 0 done.
void write_lengths(std::span<const std::uint8_t> lengths, BitWriter& to) {
  unsigned before = lengths[0];
  to.put(before, 5);
  for (const unsigned length : lengths) {
    for (; before < length; ++before) to.put(0b10, 2);
    for (; before > length; --before) to.put(0b11, 2);
    to.put(0, 1);
  }
}

// A symbol's code and its length in one number.
constexpr unsigned length_bits = 5;
using Codes = std::array<std::uint32_t, most_symbols>;

Codes codes_of(std::span<const std::uint8_t> lengths) {
  Codes codes;
  assign_codes(lengths, codes);
  for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol)
    codes[symbol] = codes[symbol] << length_bits | lengths[symbol];
  return codes;
}

void write_group(std::span<const std::uint16_t> symbols, const Codes& codes, BitWriter& to) {
  const auto add = [&](std::uint16_t symbol) {
    const std::uint32_t code = codes[symbol];
    to.add(code >> length_bits, code & ((1U << length_bits) - 1));
  };
  std::size_t at = 0;
  for (; at + 3 <= symbols.size(); at += 3) {
    add(symbols[at]);
    add(symbols[at + 1]);
    add(symbols[at + 2]);
    to.flush();
  }
  for (; at < symbols.size(); ++at) {
    add(symbols[at]);
    to.flush();
  }
}

}  // namespace

void BlockEncoder::encode(Bytes shortened, std::uint32_t checksum, CompressedBlock& result) {
  const auto transformed =
      burrows_wheeler_.transform({reinterpret_cast<const std::uint8_t*>(shortened.data()), shortened.size()});
  const auto symbols = move_to_front(transformed.last_bytes, transformed.spare);
  codes_.choose(symbols, std::span(counts_).first(symbol_count_));

  BitWriter bits(result.room(most_bytes()).data());
  bits.put(block_magic, magic_bits);
  bits.put(checksum, 32);
  bits.put(0, 1);  // not randomised, as no block is since bzip2 0.9.5
  bits.put(transformed.origin, 24);
  write_occurring(occurs_, bits);
  bits.put(codes_.tables, 3);
  bits.put(codes_.selectors.size(), 15);
  write_selectors(codes_.selectors, bits);

  std::array<Codes, most_tables> codes;
  for (std::size_t table = 0; table < codes_.tables; ++table) {
    const auto lengths = std::span<const std::uint8_t>(codes_.lengths[table]).first(symbol_count_);
    write_lengths(lengths, bits);
    codes[table] = codes_of(lengths);
  }
  for (std::size_t group = 0; group < codes_.selectors.size(); ++group) {
    const auto rest = symbols.subspan(group * group_size);
    write_group(rest.first(std::min(group_size, rest.size())), codes[codes_.selectors[group]], bits);
  }
  result.used = (bits.size() + 7) / 8;
  result.last_bits = static_cast<unsigned>((bits.size() + 7) % 8 + 1);
}

// A byte becomes its place in a list that it is then moved to the front of; how often the front itself follows is
// written in digits 1 and 2, the lowest first.
std::span<const std::uint16_t> BlockEncoder::move_to_front(std::span<const std::uint8_t> last_bytes,
                                                           std::span<std::uint16_t> to) {
  occurs_.fill(false);
  for (const std::uint8_t byte : last_bytes) occurs_[byte] = true;
  symbol_count_ = static_cast<std::size_t>(std::ranges::count(occurs_, true)) + 2;
  counts_.fill(0);

  FrontList list = front_list(occurs_);
  std::size_t made = 0;
  const auto add = [&](unsigned symbol) {
    to[made++] = static_cast<std::uint16_t>(symbol);
    ++counts_[symbol];
  };
  const auto add_run = [&](std::size_t length) {
    for (; length > 0; length = (length - 1) / 2) add(length % 2 == 1 ? run_a : run_b);
  };
  std::size_t run = 0;
  for (const std::uint8_t byte : last_bytes) {
    if (byte == list.front()) {
      ++run;
      continue;
    }
    if (run > 0) add_run(std::exchange(run, 0));
    add(list.find(byte) + 1);
  }
  add_run(run);
  add(static_cast<unsigned>(symbol_count_ - 1));
  return to.first(made);
}

std::size_t BlockEncoder::most_bytes() const noexcept {
  constexpr std::size_t head_bits = magic_bits + 32 + 1 + 24 + 16 + 256 + 3 + 15;
  constexpr std::size_t most_bits_per_length = 2 * longest_code + 1;
  const std::size_t bits = head_bits + codes_.selectors.size() * codes_.tables +
                           codes_.tables * (5 + symbol_count_ * most_bits_per_length) +
                           static_cast<std::size_t>(codes_.bits);
  return bits / 8 + 1 + BitWriter::slack;
}

}  // namespace larder::internal::bz2
