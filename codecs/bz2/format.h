// What both directions know of the bzip2 format.
//
// A stream is "BZh" and a level, blocks, which begin and end anywhere within a byte, and an end with a checksum of the
// blocks' checksums. A block is content whose runs were shortened (run_length.h), sorted (burrows_wheeler.h), moved to
// front, its zero runs counted, and given prefix codes, of which each group of 50 symbols chooses one.
//
// Sources: the manual of bzip2 1.0.8; J. Tsai, "BZIP2: Format Specification", 2016.
#pragma once

#include <cstddef>
#include <cstdint>

namespace larder::internal::bz2 {

inline constexpr std::size_t header_size = 4;                      // "BZh1" to "BZh9"
inline constexpr std::uint64_t block_magic = 0x31'41'59'26'53'59;  // 48 bits, as is the other
inline constexpr std::uint64_t end_magic = 0x17'72'45'38'50'90;
inline constexpr unsigned magic_bits = 48;
inline constexpr unsigned end_bits = magic_bits + 32;

inline constexpr std::size_t level_size = 100'000;  // bytes that a block may have after shortening, at level 1

inline constexpr std::size_t group_size = 50;
inline constexpr std::size_t most_tables = 6;
inline constexpr std::size_t most_selectors =
    32'767;  // as their number is stored; a block never needs more than 18 001
inline constexpr unsigned longest_code = 20;
inline constexpr std::size_t most_symbols = 258;

// The symbols: digits of the length of a run of the front byte, places 1 to 255, then the end of the block.
inline constexpr unsigned run_a = 0;
inline constexpr unsigned run_b = 1;

}  // namespace larder::internal::bz2
