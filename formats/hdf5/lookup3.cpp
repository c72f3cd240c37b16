#include "formats/hdf5/lookup3.h"

#include <array>
#include <bit>

namespace larder::internal {

namespace {

using State = std::array<std::uint32_t, 3>;

void mix(State& s) noexcept {
  constexpr std::array rotations = {4, 6, 8, 16, 19, 4};
  for (std::size_t i = 0; i < rotations.size(); ++i) {
    std::uint32_t& a = s[i % 3];
    std::uint32_t& b = s[(i + 1) % 3];
    std::uint32_t& c = s[(i + 2) % 3];
    a -= c;
    a ^= std::rotl(c, rotations[i]);
    c += b;
  }
}

void finish(State& s) noexcept {
  constexpr std::array rotations = {14, 11, 25, 16, 4, 14, 24};
  for (std::size_t i = 0; i < rotations.size(); ++i) {
    std::uint32_t& target = s[(i + 2) % 3];
    const std::uint32_t source = s[(i + 1) % 3];
    target ^= source;
    target -= std::rotl(source, rotations[i]);
  }
}

// Adds up to 12 bytes; those that are missing count as 0.
void add(State& s, Bytes bytes) noexcept {
  for (std::size_t i = 0; i < bytes.size(); ++i) s[i / 4] += std::to_integer<std::uint32_t>(bytes[i]) << 8 * (i % 4);
}

}  // namespace

std::uint32_t lookup3(Bytes bytes) noexcept {
  const std::uint32_t start = 0xdeadbeefU + static_cast<std::uint32_t>(bytes.size());
  State state = {start, start, start};
  for (; bytes.size() > 12; bytes = bytes.subspan(12)) {
    add(state, bytes.first(12));
    mix(state);
  }
  if (bytes.empty()) return state[2];
  add(state, bytes);
  finish(state);
  return state[2];
}

}  // namespace larder::internal
