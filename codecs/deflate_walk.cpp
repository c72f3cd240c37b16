#include "codecs/deflate_walk.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "base/byte_order.h"

namespace larder::internal {
namespace {

constexpr unsigned longest_code = 15;
constexpr std::size_t most_symbols = 288;
constexpr unsigned end_of_block = 256;

using CodeLengths = std::span<const std::uint8_t>;  // by symbol; 0: not used

// The bits ahead, lowest first. Behind the data it goes on with zeros: `overrun` tells.
class BitReader {
 public:
  explicit BitReader(Bytes bytes) noexcept : bytes_(bytes) {}

  // Makes at least 56 bits available.
  void refill() noexcept {
    if (bytes_.size() >= 8 && next_ <= bytes_.size() - 8) {
      bits_ |= load_le<std::uint64_t>(bytes_.data() + next_) << count_;
      next_ += (63 - count_) >> 3;
      count_ |= 56;
    } else {
      refill_at_end();
    }
  }
  std::uint64_t bits() const noexcept { return bits_; }
  void drop(unsigned count) noexcept {
    bits_ >>= count;
    count_ -= count;
  }
  unsigned take(unsigned count) noexcept {
    const auto value = static_cast<unsigned>(bits_ & ((std::uint64_t{1} << count) - 1));
    drop(count);
    return value;
  }

  std::size_t position() const noexcept { return next_ * 8 - count_; }
  bool overrun() const noexcept { return position() > bytes_.size() * 8; }
  // Goes on at the next byte that begins, `skipped` bytes further; false where that is behind the data.
  bool skip_to_byte(std::size_t skipped) noexcept {
    const std::size_t at = (position() + 7) / 8;
    if (at > bytes_.size() || skipped > bytes_.size() - at) return false;
    next_ = at + skipped;
    bits_ = 0;
    count_ = 0;
    return true;
  }

 private:
  void refill_at_end() noexcept {
    for (; count_ < 56; count_ += 8, ++next_) {
      if (next_ < bytes_.size()) bits_ |= std::to_integer<std::uint64_t>(bytes_[next_]) << count_;
    }
  }

  Bytes bytes_;
  std::size_t next_ = 0;  // the first byte that is not in bits_
  std::uint64_t bits_ = 0;
  unsigned count_ = 0;  // of bits_; there may be more of the next byte, but no false ones
};

// A canonical code: what the next bits are, by the bits themselves.
class Code {
 public:
  // False for lengths that are no prefix code. An incomplete code is one; its gaps are found when they are met.
  bool build(CodeLengths lengths) noexcept {
    std::array<unsigned, longest_code + 1> count{};
    for (const std::uint8_t length : lengths) ++count[length];
    count[0] = 0;
    unsigned code = 0;
    unsigned index = 0;
    for (unsigned length = 1; length <= longest_code; ++length) {
      code = (code + count[length - 1]) << 1;
      if (code + count[length] > 1U << length) return false;
      first_code_[length] = code;
      first_index_[length] = index;
      count_[length] = count[length];
      index += count[length];
    }
    auto next = first_index_;
    for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol) {
      if (lengths[symbol] != 0) symbols_[next[lengths[symbol]]++] = static_cast<std::uint16_t>(symbol);
    }
    return true;
  }

  struct Symbol {
    unsigned value = 0;
    unsigned length = 0;  // 0: no code begins so
  };
  Symbol find(std::uint64_t bits) const noexcept {
    unsigned code = 0;
    for (unsigned length = 1; length <= longest_code; ++length, bits >>= 1) {
      code = code << 1 | static_cast<unsigned>(bits & 1);
      if (code - first_code_[length] < count_[length])
        return {.value = symbols_[first_index_[length] + (code - first_code_[length])], .length = length};
    }
    return {};
  }

  // Calls put(bits, length, symbol) for each code of at most `longest` bits.
  template <class Put>
  void for_each(unsigned longest, Put put) const {
    for (unsigned length = 1; length <= longest; ++length) {
      for (unsigned at = 0; at < count_[length]; ++at)
        put(reversed(first_code_[length] + at, length), length, symbols_[first_index_[length] + at]);
    }
  }

 private:
  static unsigned reversed(unsigned code, unsigned length) noexcept {
    unsigned result = 0;
    for (; length != 0; --length, code >>= 1) result = result << 1 | (code & 1);
    return result;
  }

  std::array<unsigned, longest_code + 1> first_code_{};
  std::array<unsigned, longest_code + 1> first_index_{};
  std::array<unsigned, longest_code + 1> count_{};
  std::array<std::uint16_t, most_symbols> symbols_{};
};

unsigned extra_bits_of_length(unsigned symbol) noexcept {
  constexpr unsigned longest_match = 285;
  if (symbol < 265 || symbol >= longest_match) return 0;
  return (symbol - 261) / 4;
}

unsigned extra_bits_of_distance(unsigned symbol) noexcept { return symbol < 4 ? 0 : symbol / 2 - 1; }

constexpr unsigned table_bits = 10;
constexpr std::size_t table_size = std::size_t{1} << table_bits;

// Where to look the next bits up.
using Next = std::uint16_t;
constexpr Next literals = 0;            // the first table
constexpr Next distances = table_size;  // the second
constexpr Next end = 2 * table_size;    // the block is over
constexpr Next search = end + 1;        // the code is not in the table

// What the next bits are: as many symbols as the table knows from its bits.
struct Run {
  Next next = search;
  std::uint8_t bits = 0;  // of all, extra bits included: 24 at most
};

Run run_of_literal(Code::Symbol symbol) noexcept {
  const auto bits = static_cast<std::uint8_t>(symbol.length);
  if (symbol.value < end_of_block) return {.next = literals, .bits = bits};
  if (symbol.value == end_of_block) return {.next = end, .bits = bits};
  return {.next = distances, .bits = static_cast<std::uint8_t>(bits + extra_bits_of_length(symbol.value))};
}

Run run_of_distance(Code::Symbol symbol) noexcept {
  const unsigned extra_bits = extra_bits_of_distance(symbol.value);
  return {.next = literals, .bits = static_cast<std::uint8_t>(symbol.length + extra_bits)};
}

// The codes of one block, as tables.
class BlockCodes {
 public:
  bool build(CodeLengths literal_lengths, CodeLengths distance_lengths) noexcept {
    if (!literals_.build(literal_lengths) || !distances_.build(distance_lengths)) return false;
    Sizes sizes{};
    fill(literals, literals_, run_of_literal, sizes);
    fill(distances, distances_, run_of_distance, sizes);
    // From the back: what follows the first code of some bits stands further in front, where it must not be extended
    // yet.
    for (std::size_t at = table_size; at-- != 0;) runs_[at] = extended(at, sizes);
    return true;
  }

  // Walks behind the end of the block; false where the bits are no such block.
  bool walk(BitReader& bits) const noexcept {
    for (Next table = literals; !bits.overrun();) {
      bits.refill();
      Run run = run_at(table, bits);
      if (run.next < end) [[likely]] {  // enough bits are left for another look, whatever it finds
        bits.drop(run.bits);
        table = run.next;
        run = run_at(table, bits);
      }
      if (run.next >= end) [[unlikely]] {
        if (run.next == search) run = found(table, bits.bits());
        if (run.next >= end) return pass_end(run, bits);
      }
      bits.drop(run.bits);
      table = run.next;
    }
    return false;
  }

 private:
  using Sizes = std::array<std::uint8_t, 2 * table_size>;  // of the first code alone, without extra bits

  static bool pass_end(Run run, BitReader& bits) noexcept {
    bits.drop(run.bits);
    return run.next == end && !bits.overrun();
  }

  Run run_at(Next table, const BitReader& bits) const noexcept { return runs_[table + bits.bits() % table_size]; }

  Run found(Next table, std::uint64_t bits) const noexcept {
    const Code::Symbol symbol = table == literals ? literals_.find(bits) : distances_.find(bits);
    if (symbol.length == 0) return {};
    return table == literals ? run_of_literal(symbol) : run_of_distance(symbol);
  }

  // One symbol for all bits that begin with its code.
  template <class RunOf>
  void fill(Next table, const Code& code, RunOf run_of, Sizes& sizes) noexcept {
    std::fill_n(runs_.begin() + table, table_size, Run{});
    code.for_each(table_bits, [&](unsigned bits, unsigned length, unsigned symbol) {
      const Run run = run_of(Code::Symbol{.value = symbol, .length = length});
      for (std::size_t at = table + bits; at < table + table_size; at += std::size_t{1} << length) {
        runs_[at] = run;
        sizes[at] = static_cast<std::uint8_t>(length);
      }
    });
  }

  // The run at `at` of the first table, and what follows it as far as the bits of `at` tell.
  Run extended(std::size_t at, const Sizes& sizes) const noexcept {
    Run run = runs_[at];
    while (run.next < end && run.bits < table_bits) {
      const std::size_t behind = run.next + (at >> run.bits);
      if (sizes[behind] == 0 || run.bits + sizes[behind] > table_bits) break;
      run = {.next = runs_[behind].next, .bits = static_cast<std::uint8_t>(run.bits + runs_[behind].bits)};
    }
    return run;
  }

  Code literals_;
  Code distances_;
  std::array<Run, 2 * table_size> runs_;
};

bool build_fixed(BlockCodes& codes) noexcept {
  std::array<std::uint8_t, most_symbols> lengths;
  std::fill(lengths.begin(), lengths.begin() + 144, std::uint8_t{8});
  std::fill(lengths.begin() + 144, lengths.begin() + 256, std::uint8_t{9});
  std::fill(lengths.begin() + 256, lengths.begin() + 280, std::uint8_t{7});
  std::fill(lengths.begin() + 280, lengths.end(), std::uint8_t{8});
  std::array<std::uint8_t, 30> distance_lengths;
  distance_lengths.fill(5);
  return codes.build(lengths, distance_lengths);
}

// Reads the lengths of the codes of a block, which are themselves coded: RFC 1951, 3.2.7.
bool read_codes(BitReader& bits, BlockCodes& codes) noexcept {
  bits.refill();
  const std::size_t literal_count = bits.take(5) + 257;
  const std::size_t distance_count = bits.take(5) + 1;
  const std::size_t count = bits.take(4) + 4;
  const std::size_t total = literal_count + distance_count;
  if (literal_count > 286) return false;

  constexpr std::array<std::uint8_t, 19> order = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
  std::array<std::uint8_t, order.size()> lengths_of_lengths{};
  for (std::size_t at = 0; at < count; ++at) {
    bits.refill();
    lengths_of_lengths[order[at]] = static_cast<std::uint8_t>(bits.take(3));
  }
  Code code_of_lengths;
  if (!code_of_lengths.build(lengths_of_lengths)) return false;

  std::array<std::uint8_t, 286 + 32> lengths{};
  for (std::size_t at = 0; at < total;) {
    bits.refill();
    const Code::Symbol symbol = code_of_lengths.find(bits.bits());
    bits.drop(symbol.length);
    if (symbol.length == 0 || bits.overrun()) return false;
    std::uint8_t length = 0;
    std::size_t times = 1;
    switch (symbol.value) {
      case 16:
        if (at == 0) return false;
        length = lengths[at - 1];
        times = bits.take(2) + 3;
        break;
      case 17:
        times = bits.take(3) + 3;
        break;
      case 18:
        times = bits.take(7) + 11;
        break;
      default:
        length = static_cast<std::uint8_t>(symbol.value);
    }
    if (times > total - at) return false;
    std::fill_n(lengths.begin() + static_cast<std::ptrdiff_t>(at), times, length);
    at += times;
  }
  const CodeLengths all(lengths);
  return codes.build(all.first(literal_count), all.subspan(literal_count, distance_count));
}

bool walk_stored(BitReader& bits) noexcept {
  if (!bits.skip_to_byte(0)) return false;
  bits.refill();
  const unsigned size = bits.take(16);
  const unsigned complement = bits.take(16);
  return (size ^ complement) == 0xffff && bits.skip_to_byte(size);
}

// Behind the three bits that begin a block.
bool walk_block(BitReader& bits, unsigned type, BlockCodes& codes) noexcept {
  switch (type) {
    case 0:
      return walk_stored(bits);
    case 1:
      return build_fixed(codes) && codes.walk(bits);
    case 2:
      return read_codes(bits, codes) && codes.walk(bits);
    default:
      return false;
  }
}

}  // namespace

std::optional<LastBlock> last_block(Bytes deflate) noexcept {
  BitReader bits(deflate);
  BlockCodes codes;
  for (;;) {
    const std::size_t header = bits.position();
    bits.refill();
    const bool final = bits.take(1) != 0;
    const unsigned type = bits.take(2);
    if (bits.overrun() || !walk_block(bits, type, codes)) return std::nullopt;
    if (final) return LastBlock{.header = header, .end = bits.position()};
  }
}

}  // namespace larder::internal
