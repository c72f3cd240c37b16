// One block of bzip2, from bits to content.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <larder/bytes.h>

#include "codecs/bz2/bits.h"
#include "codecs/bz2/burrows_wheeler.h"
#include "codecs/bz2/prefix_code.h"

namespace larder::internal::bz2 {

// Decodes one block after another in memory that it keeps, less than six bytes for each of the largest block. Time and
// memory are bounded by `capacity` and the size of `out`, whatever the bits. Not thread-safe.
class BlockDecoder {
 public:
  enum class Outcome {
    decoded,
    ran_out,    // the bits end before the block does
    too_large,  // the content is larger than `out`; `size` tells how large
    refused,    // damaged, or of a kind that no encoder makes any more
  };
  struct Result {
    Outcome outcome = Outcome::refused;
    std::size_t size = 0;        // bytes of content
    std::size_t end = 0;         // the first bit behind the block
    std::uint32_t checksum = 0;  // of the content, verified
  };

  // The block begins at bit `start` of `bytes`; `capacity`: bytes that a block of the stream may have while its runs
  // are shortened.
  Result decode(Bytes bytes, std::size_t start, std::size_t capacity, MutableBytes out);

 private:
  enum class Read { fine, ran_out, refused };

  Read read_head(BitReader& bits);
  bool read_codes(BitReader& bits);
  bool read_selectors(BitReader& bits);
  bool read_lengths(BitReader& bits, CodeReader& code);
  Read read_last_bytes(BitReader& bits, std::span<std::uint8_t> last_bytes);

  std::uint32_t checksum_ = 0;  // as the block says
  std::uint32_t origin_ = 0;
  std::array<std::uint8_t, 256> order_{};  // bytes that occur, then the others
  std::size_t symbol_count_ = 0;
  std::size_t table_count_ = 0;
  std::size_t selector_count_ = 0;
  std::array<std::uint8_t, most_selectors> selectors_{};
  std::array<CodeReader, most_tables> codes_{};
  std::array<std::uint32_t, 256> counts_{};  // of each byte in the block
  InverseBurrowsWheeler inverse_{};
};

}  // namespace larder::internal::bz2
