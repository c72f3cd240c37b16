// Prefix codes of bzip2: canonical, told by the lengths of their codes.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "codecs/bz2/format.h"

namespace larder::internal::bz2 {

// The lengths of a code for symbols that occur so often, none above 17, as decoders of long ago required. Each symbol
// gets a code, also one that does not occur. From 2 to `most_symbols` of them.
void choose_code_lengths(std::span<const std::uint32_t> counts, std::span<std::uint8_t> lengths);

// The codes of these lengths.
void assign_codes(std::span<const std::uint8_t> lengths, std::span<std::uint32_t> codes);

// Decodes one code.
class CodeReader {
 public:
  // False where no encoder makes such a code: some bits would mean nothing, or two things. Lengths are 1 to
  // `longest_code`.
  bool set(std::span<const std::uint8_t> lengths);

  struct Symbol {
    unsigned value;
    unsigned bits;
  };
  // The symbol that stands at the highest bits.
  Symbol find(std::uint64_t bits) const noexcept {
    const unsigned entry = short_[bits >> (64 - short_bits)];
    if (entry != 0) return {entry >> 4, entry & 15};
    return find_long(bits);
  }

 private:
  static constexpr unsigned short_bits = 10;

  Symbol find_long(std::uint64_t bits) const noexcept;

  std::array<std::uint16_t, 1 << short_bits> short_{};   // symbol and length, 0 for longer codes
  std::array<std::uint32_t, longest_code + 1> end_{};    // behind the codes of a length, as the highest bits of 20
  std::array<std::uint32_t, longest_code + 1> first_{};  // what a code of a length is less than its place in `symbols_`
  std::array<std::uint16_t, most_symbols> symbols_{};    // by length, then value
};

}  // namespace larder::internal::bz2
