#include "codecs/bz2/magic_search.h"

#include <bitset>

#include "base/byte_order.h"
#include "codecs/bz2/format.h"

namespace larder::internal::bz2 {
namespace {

constexpr std::uint64_t magic_mask = (std::uint64_t{1} << magic_bits) - 1;

// A magic fills at least five bytes in a row, wherever it starts: among any four places in a row that begin in the byte
// behind its first one there is a pair of bytes that are all its own. So every fourth pair is looked at.
constexpr std::size_t stride = 4;

// Whether two bytes, as a big-endian number, stand within a magic at one of these places.
const std::bitset<65536>& pairs_in_magics() {
  static const auto pairs = [] {
    std::bitset<65536> found;
    for (const std::uint64_t magic : {block_magic, end_magic})
      for (unsigned shift = 0; shift < 8; ++shift)
        for (unsigned place = 1; place <= stride; ++place)
          found.set((magic << 16 >> shift) >> (48 - 8 * place) & 0xffff);
    return found;
  }();
  return pairs;
}

}  // namespace

bool is_magic(std::uint64_t bits) noexcept { return bits == block_magic || bits == end_magic; }

std::uint64_t magic_at(Bytes bytes, std::size_t at) noexcept {
  std::uint64_t bits = 0;
  const std::size_t first = at / 8;
  const std::size_t last = (at + magic_bits - 1) / 8;
  for (std::size_t k = first; k <= last; ++k) bits = bits << 8 | std::to_integer<std::uint64_t>(bytes[k]);
  return bits >> ((last + 1) * 8 - at - magic_bits) & magic_mask;
}

std::optional<std::size_t> find_magic(Bytes bytes, std::size_t from) noexcept {
  const auto& pairs = pairs_in_magics();
  const std::size_t bits = bytes.size() * 8;
  for (std::size_t pair = from + 1; pair + 2 <= bytes.size(); pair += stride) {
    if (!pairs[load_be<std::uint16_t>(&bytes[pair])]) continue;
    // It may start in each of the four bytes before.
    const std::size_t first = pair > from + stride ? pair - stride : from;
    for (std::size_t at = first * 8; at < pair * 8 && at + magic_bits <= bits; ++at)
      if (is_magic(magic_at(bytes, at))) return at;
  }
  return std::nullopt;
}

}  // namespace larder::internal::bz2
