// XXH32 and XXH64: the checksums that lz4 and zstd frames carry.
//
// Their own code, and not libxxhash, which a build may lack: without them there are no such frames.
// Source: https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md (seed 0).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <larder/bytes.h>

namespace larder::internal {

// The checksum of bytes that arrive piece by piece; how they are cut does not matter. Word is std::uint32_t or
// std::uint64_t. Not thread-safe.
template <class Word>
class Xxh {
 public:
  Xxh();

  void add(Bytes bytes) noexcept;
  // Of all that was added so far.
  Word value() const noexcept;

 private:
  static constexpr std::size_t stripe = 4 * sizeof(Word);

  // Adds whole stripes.
  void mix(Bytes stripes) noexcept;

  std::array<Word, 4> lanes_;
  std::array<std::byte, stripe> held_{};  // what is no whole stripe yet
  std::uint64_t length_ = 0;
};

using Xxh32 = Xxh<std::uint32_t>;
using Xxh64 = Xxh<std::uint64_t>;

// The checksum of `bytes`.
std::uint32_t xxh32(Bytes bytes) noexcept;

}  // namespace larder::internal
