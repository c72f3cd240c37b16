// The Burrows-Wheeler transform of a block as a ring: the last bytes of its rotations, in order, and which of them is
// the block itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace larder::internal::bz2 {

// Transforms one block after another in memory that it keeps: five bytes for each of the largest block. Not
// thread-safe.
class BurrowsWheeler {
 public:
  struct Result {
    std::span<const std::uint8_t> last_bytes{};  // of the rotations, in order
    std::uint32_t origin = 0;                    // which rotation is the block
    std::span<std::uint16_t> spare{};            // free memory, for one more number than the block has bytes
  };

  // `block` is not empty. The result is valid until the next call.
  Result transform(std::span<const std::uint8_t> block);

 private:
  void reserve(std::size_t size);

  std::vector<std::uint8_t> ring_{};
  std::unique_ptr<std::byte[]> memory_{};
  std::size_t reserved_ = 0;
};

// The inverse.
//
// The bytes of a block are found by a walk through a table that is larger than the caches, at random: the time is that
// of waiting for memory. So several walks go on at once. They start anywhere; where each one got to the start of
// another tells how the pieces that they found follow each other.
//
// Memory that it keeps: less than six bytes for each of the largest block. Not thread-safe.
class InverseBurrowsWheeler {
 public:
  static constexpr std::size_t most = std::size_t{1} << 20;

  // Room for the last bytes of `size` rotations, from 1 to `most`; what was in it before is gone.
  std::span<std::uint8_t> last_bytes(std::size_t size);

  // The block that has them, which may be fewer than there was room for: as many as `counts` tells, which is how often
  // each byte is among them. `origin` is below that. Valid until the next call of either.
  std::span<const std::uint8_t> invert(std::span<const std::uint32_t, 256> counts, std::uint32_t origin);

 private:
  void link(std::span<const std::uint32_t, 256> counts);
  void choose_starts(std::uint32_t origin);
  void walk();
  std::span<const std::uint8_t> joined(std::uint32_t origin);

  struct Piece {
    std::uint32_t start = 0;  // the row where its walk began
    std::uint32_t next = 0;   // the row where it ended: the start of the piece that follows
    std::uint32_t chunk = 0;  // the first of those that hold it
    std::uint32_t size = 0;
  };
  struct Walk {
    std::uint32_t row = 0;
    std::uint8_t* to = nullptr;
    std::uint8_t* chunk_end = nullptr;
    std::size_t piece = 0;
    std::uint32_t chunk = 0;
  };

  Walk begin_walk(std::size_t piece);
  void end_walk(const Walk& walk);
  void next_chunk(Walk& walk);
  std::uint32_t new_chunk();
  std::uint8_t* chunk_bytes(std::uint32_t chunk);
  template <std::size_t count>
  void advance(Walk* walks) const;

  std::size_t size_ = 0;                      // of the block
  std::vector<std::uint8_t> bytes_{};         // the last bytes, then the chunks
  std::vector<std::uint32_t> links_{};        // of each row its first byte, and the row of the rotation by one
  std::vector<Piece> pieces_{};               // by start
  std::vector<std::uint32_t> chunk_after_{};  // the chunk that goes on where this one ends
};

}  // namespace larder::internal::bz2
