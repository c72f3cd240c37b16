// One block of bzip2, from content whose runs were shortened to bits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include <larder/bytes.h>

#include "codecs/block_encoding.h"
#include "codecs/bz2/burrows_wheeler.h"
#include "codecs/bz2/code_choice.h"

namespace larder::internal::bz2 {

// Encodes one block after another in memory that it keeps, about six bytes for each of the largest block. The bits
// depend on the block alone. Not thread-safe.
class BlockEncoder {
 public:
  // `shortened`: 1 to 900 000 bytes; `checksum` is that of the content before. Sets `used` and `last_bits` of `result`,
  // and what it holds.
  void encode(Bytes shortened, std::uint32_t checksum, CompressedBlock& result);

 private:
  // The symbols of the block, which has these last bytes, in `to`.
  std::span<const std::uint16_t> move_to_front(std::span<const std::uint8_t> last_bytes, std::span<std::uint16_t> to);
  std::size_t most_bytes() const noexcept;

  BurrowsWheeler burrows_wheeler_{};
  CodeChoice codes_{};
  std::array<bool, 256> occurs_{};                    // which bytes the block has
  std::size_t symbol_count_ = 0;                      // that the block may use
  std::array<std::uint32_t, most_symbols> counts_{};  // of each symbol in the block
};

}  // namespace larder::internal::bz2
