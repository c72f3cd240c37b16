// Raw deflate data (RFC 1951) being made: what a library does for zlib and gzip, which differ in what stands around it.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include <larder/bytes.h>

namespace larder::internal {

// A stored block without content that begins with a byte. Where it does not, its first byte is shared.
inline constexpr std::array empty_block = {std::byte{0x00}, std::byte{0x00}, std::byte{0x00}, std::byte{0xff},
                                           std::byte{0xff}};

// Whether deflate data ends as with an empty block.
inline bool has_open_end(Bytes deflate) noexcept {
  return deflate.size() >= empty_block.size() &&
         std::equal(empty_block.begin() + 1, empty_block.end(), deflate.end() - 4);
}

// Compresses `in` into `out`, without a reference to anything before it. `last`: as the end of a stream; otherwise so
// that anything may follow, behind an empty stored block that ends with a byte (00 00 ff ff, which decoders can look
// for). Returns how many bytes of `out` were used, 0 where they are too few.
//
// Thread-safe. What comes out depends on nothing but `level`, `in`, `last` and the library. Error `limit` where there
// is no memory for a context, which is kept for the next call.
using Deflate = std::size_t (*)(int level, Bytes in, bool last, MutableBytes out);

struct DeflateLibrary {
  std::string_view name{};
  Deflate deflate = nullptr;
};

// Bytes of content that larder compresses by themselves at a level. What was repeated from the block before is lost: up
// to 1.2 % with 1 MiB, half of that with 2 MiB. The default level shall lose no more than 0.5 %, and its neighbours
// have the same header.
constexpr std::size_t deflate_block_size(int level) noexcept {
  return std::size_t{level >= 2 && level <= 5 ? 2U : 1U} << 20;
}

// How hard to look for what repeats, and who looks.
struct DeflateEffort {
  const DeflateLibrary* library = nullptr;
  int level = 0;  // as the library counts
};

}  // namespace larder::internal
