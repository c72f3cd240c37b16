#include "codecs/zstd/independence.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "base/byte_order.h"
#include "codecs/zstd/frame.h"

namespace larder::internal::zstd {
namespace {

struct Damaged {};

// Bits from the lowest of the first byte on.
class ForwardBits {
 public:
  explicit ForwardBits(Bytes bytes) : bytes_(bytes) {}

  unsigned read(unsigned count) {
    unsigned value = 0;
    for (unsigned i = 0; i < count; ++i, ++at_) {
      if (at_ / 8 >= bytes_.size()) throw Damaged{};
      value |= (std::to_integer<unsigned>(bytes_[at_ / 8]) >> at_ % 8 & 1) << i;
    }
    return value;
  }
  void put_back_one() { --at_; }
  std::size_t bytes_used() const { return (at_ + 7) / 8; }

 private:
  Bytes bytes_;
  std::size_t at_ = 0;
};

// Bits from the highest of the last byte on, behind the first that is set.
class BackwardBits {
 public:
  explicit BackwardBits(Bytes bytes) : bytes_(bytes) {
    if (bytes.empty() || bytes.back() == std::byte{0}) throw Damaged{};
    left_ =
        bytes.size() * 8 - static_cast<std::size_t>(std::countl_zero(std::to_integer<std::uint8_t>(bytes.back()))) - 1;
  }

  // At most 32 bits.
  std::uint32_t read(unsigned count) {
    if (count > left_) throw Damaged{};
    left_ -= count;
    std::array<std::byte, sizeof(std::uint64_t)> word{};
    const std::byte* from = bytes_.data() + left_ / 8;
    if (bytes_.size() - left_ / 8 < word.size()) {
      std::copy(from, bytes_.data() + bytes_.size(), word.begin());
      from = word.data();
    }
    const std::uint64_t mask = (std::uint64_t{1} << count) - 1;
    return static_cast<std::uint32_t>(load_le<std::uint64_t>(from) >> left_ % 8 & mask);
  }

 private:
  Bytes bytes_;
  std::size_t left_ = 0;
};

// How often each symbol occurs in a table; -1: less than once.
using Frequencies = std::vector<int>;

struct Cell {
  std::uint16_t base = 0;
  std::uint8_t bits = 0;    // that lead to the next state
  std::uint8_t symbol = 0;  // what the state stands for
  std::uint8_t extra = 0;   // bits that the symbol needs beside itself
};

// A decoding table of a finite state entropy code.
struct Table {
  unsigned log = 0;
  std::vector<Cell> cells{};
};

Table make_table(const Frequencies& frequencies, unsigned log) {
  const std::size_t size = std::size_t{1} << log;
  Table table{.log = log, .cells = std::vector<Cell>(size)};
  std::vector<unsigned> next(frequencies.size());
  std::size_t high = size;
  for (std::size_t symbol = 0; symbol < frequencies.size(); ++symbol) {
    if (frequencies[symbol] == -1) table.cells[--high].symbol = static_cast<std::uint8_t>(symbol);
    next[symbol] = static_cast<unsigned>(std::abs(frequencies[symbol]));
  }
  const std::size_t step = (size >> 1) + (size >> 3) + 3;
  std::size_t at = 0;
  for (std::size_t symbol = 0; symbol < frequencies.size(); ++symbol) {
    for (int i = 0; i < frequencies[symbol]; ++i) {
      table.cells[at].symbol = static_cast<std::uint8_t>(symbol);
      do at = (at + step) & (size - 1);
      while (at >= high);
    }
  }
  for (Cell& cell : table.cells) {
    const unsigned state = next[cell.symbol]++;
    cell.bits = static_cast<std::uint8_t>(log + 1 - static_cast<unsigned>(std::bit_width(state)));
    cell.base = static_cast<std::uint16_t>((state << cell.bits) - size);
  }
  return table;
}

// RFC 8878, 4.1.1. Takes the description from the front of `in`.
Table read_table(Bytes& in, unsigned most_log, std::size_t most_symbols) {
  ForwardBits bits(in);
  const unsigned log = bits.read(4) + 5;
  if (log > most_log) throw Damaged{};
  Frequencies frequencies;
  int left = 1 << log;
  while (left > 0) {
    if (frequencies.size() >= most_symbols) throw Damaged{};
    const auto width = static_cast<unsigned>(std::bit_width(static_cast<unsigned>(left + 1)));
    const unsigned low_mask = (1U << (width - 1)) - 1;
    const unsigned shorter = (1U << width) - 1 - static_cast<unsigned>(left + 1);
    unsigned value = bits.read(width);
    if ((value & low_mask) < shorter) {
      bits.put_back_one();
      value &= low_mask;
    } else if (value > low_mask) {
      value -= shorter;
    }
    frequencies.push_back(static_cast<int>(value) - 1);
    left -= std::abs(frequencies.back());
    if (value != 1) continue;
    for (unsigned zeros = 3; zeros == 3;) {
      zeros = bits.read(2);
      frequencies.resize(frequencies.size() + zeros);
    }
  }
  if (left != 0 || frequencies.size() > most_symbols) throw Damaged{};
  in = in.subspan(bits.bytes_used());
  return make_table(frequencies, log);
}

// One of the three codes that a sequence is made of.
struct Kind {
  unsigned most_log;
  std::size_t symbols;
  unsigned default_log;
  Frequencies defaults;
  std::vector<std::uint8_t> extra_bits;  // by symbol
};

const Kind& literal_lengths() {
  static const Kind kind{
      9,
      36,
      6,
      {4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2, 1, 1, 1, 1, 1, -1, -1, -1, -1},
      {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  0,  0,  0,  0,  1,  1,
       1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
  return kind;
}

const Kind& match_lengths() {
  static const Kind kind{9,
                         53,
                         6,
                         {1, 4, 3, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,  1,  1,  1,  1,  1,  1, 1,
                          1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1, -1, -1},
                         {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,  0,  0,  0,  0,  0,  0, 0,
                          0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};
  return kind;
}

const Kind& offsets() {
  static const Kind kind = [] {
    Kind result{8,
                32,
                5,
                {1, 1, 1, 1, 1, 1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1, -1, -1, -1, -1},
                std::vector<std::uint8_t>(32)};
    for (std::uint8_t code = 0; code < 32; ++code) result.extra_bits[code] = code;
    return result;
  }();
  return kind;
}

// A table, as the blocks change it.
class Coding {
 public:
  explicit Coding(const Kind& kind) : kind_(&kind) {}

  void take_table(unsigned mode, Bytes& in) {
    if (mode != repeat) table_ = new_table(mode, in);
    if (table_.cells.empty()) throw Damaged{};
    for (Cell& cell : table_.cells) cell.extra = kind_->extra_bits[cell.symbol];
    cells_ = table_.cells.data();
  }

  void start(BackwardBits& bits) { state_ = bits.read(table_.log); }
  const Cell& cell() const { return cells_[state_]; }
  void step(BackwardBits& bits) { state_ = cell().base + bits.read(cell().bits); }

 private:
  static constexpr unsigned repeat = 3;

  Table new_table(unsigned mode, Bytes& in) const {
    switch (mode) {
      case 0:
        return make_table(kind_->defaults, kind_->default_log);
      case 1: {
        if (in.empty()) throw Damaged{};
        const auto symbol = std::to_integer<std::uint8_t>(in.front());
        if (symbol >= kind_->symbols) throw Damaged{};
        in = in.subspan(1);
        return {.log = 0, .cells = {Cell{.symbol = symbol}}};
      }
      default:
        return read_table(in, kind_->most_log, kind_->symbols);
    }
  }

  const Kind* kind_;
  Table table_{};
  const Cell* cells_ = nullptr;
  std::size_t state_ = 0;
};

// The three offsets that were used last: whether each of them is of these blocks.
class LastOffsets {
 public:
  bool all_own() const { return own_[0] && own_[1] && own_[2]; }

  // False where the sequence uses one that is not.
  bool take(std::uint64_t value, bool has_literals) {
    constexpr std::uint64_t repeats = 3;
    if (value > repeats) {
      push();
      return true;
    }
    // RFC 8878, 3.1.1.5: without literals the values mean the second, the third, and the first less one.
    const std::size_t which = static_cast<std::size_t>(value) - (has_literals ? 1 : 0);
    const bool changed = which == repeats;
    if (!own_[changed ? 0 : which]) return false;
    if (changed)
      push();
    else
      std::rotate(own_.begin(), own_.begin() + static_cast<std::ptrdiff_t>(which),
                  own_.begin() + static_cast<std::ptrdiff_t>(which) + 1);
    return true;
  }

 private:
  void push() { own_ = {true, own_[0], own_[1]}; }

  std::array<bool, 3> own_{};
};

// Bytes of the literals section, header included. RFC 8878, 3.1.1.3.1.
std::size_t literals_size(Bytes block) {
  const auto byte = [&](std::size_t i) {
    if (i >= block.size()) throw Damaged{};
    return std::to_integer<std::uint64_t>(block[i]);
  };
  const auto little_endian = [&](std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) value |= byte(i) << 8 * i;
    return value;
  };
  const std::uint64_t type = byte(0) & 3;
  const std::uint64_t format = byte(0) >> 2 & 3;
  if (type <= 1) {
    const std::size_t header = format == 1 ? 2 : format == 3 ? 3 : 1;
    const std::uint64_t size = little_endian(header) >> (header == 1 ? 3 : 4);
    return header + (type == 0 ? static_cast<std::size_t>(size) : 1);
  }
  const std::size_t header = format <= 1 ? 3 : static_cast<std::size_t>(format) + 2;
  const unsigned width = format <= 1 ? 10 : format == 2 ? 14 : 18;
  const std::uint64_t compressed = little_endian(header) >> (4 + width) & ((std::uint64_t{1} << width) - 1);
  return header + static_cast<std::size_t>(compressed);
}

// Follows the sequences of one block after another.
class Sequences {
 public:
  bool settled() const { return offsets_.all_own(); }

  // False where an offset is used that is not of these blocks.
  bool follow(Bytes block) {
    const std::size_t literals = literals_size(block);
    if (literals > block.size()) throw Damaged{};
    block = block.subspan(literals);
    const std::size_t count = take_count(block);
    if (count == 0) return true;
    if (block.empty()) throw Damaged{};
    const auto modes = std::to_integer<unsigned>(block.front());
    block = block.subspan(1);
    literal_.take_table(modes >> 6, block);
    offset_.take_table(modes >> 4 & 3, block);
    match_.take_table(modes >> 2 & 3, block);
    return follow(count, BackwardBits(block));
  }

 private:
  static std::size_t take_count(Bytes& in) {
    const auto byte = [&](std::size_t i) {
      if (i >= in.size()) throw Damaged{};
      return std::to_integer<std::size_t>(in[i]);
    };
    const std::size_t first = byte(0);
    std::size_t count = first;
    std::size_t used = 1;
    if (first == 255) {
      count = byte(1) + (byte(2) << 8) + 0x7f00;
      used = 3;
    } else if (first >= 128) {
      count = ((first - 128) << 8) + byte(1);
      used = 2;
    }
    in = in.subspan(used);
    return count;
  }

  bool follow(std::size_t count, BackwardBits bits) {
    literal_.start(bits);
    offset_.start(bits);
    match_.start(bits);
    for (std::size_t i = 0; i < count && !settled(); ++i) {
      const Cell& offset = offset_.cell();
      const std::uint64_t value = (std::uint64_t{1} << offset.symbol) + bits.read(offset.extra);
      bits.read(match_.cell().extra);
      bits.read(literal_.cell().extra);
      if (!offsets_.take(value, literal_.cell().symbol != 0)) return false;
      if (i + 1 == count) break;
      literal_.step(bits);
      match_.step(bits);
      offset_.step(bits);
    }
    return true;
  }

  Coding literal_{literal_lengths()};
  Coding offset_{zstd::offsets()};
  Coding match_{match_lengths()};
  LastOffsets offsets_;
};

}  // namespace

bool uses_own_offsets(Bytes blocks) {
  try {
    Sequences sequences;
    while (!blocks.empty() && !sequences.settled()) {
      if (blocks.size() < BlockHeader::size) return false;
      const BlockHeader header = parse_block_header(blocks.data());
      blocks = blocks.subspan(BlockHeader::size);
      if (header.stored > blocks.size()) return false;
      if (header.type == BlockHeader::Type::compressed && !sequences.follow(blocks.first(header.stored))) return false;
      blocks = blocks.subspan(header.stored);
    }
    return true;
  } catch (const Damaged&) {
    return false;
  }
}

}  // namespace larder::internal::zstd
