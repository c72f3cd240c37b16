#include "codecs/xxhash.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/byte_order.h"

namespace larder::internal {
namespace {

template <class Word>
struct Constants;

template <>
struct Constants<std::uint32_t> {
  static constexpr std::array<std::uint32_t, 5> primes = {0x9e3779b1U, 0x85ebca77U, 0xc2b2ae3dU, 0x27d4eb2fU,
                                                          0x165667b1U};
  static constexpr int lane_turn = 13;
};

template <>
struct Constants<std::uint64_t> {
  static constexpr std::array<std::uint64_t, 5> primes = {0x9e3779b185ebca87U, 0xc2b2ae3d27d4eb4fU, 0x165667b19e3779f9U,
                                                          0x85ebca77c2b2ae63U, 0x27d4eb2f165667c5U};
  static constexpr int lane_turn = 31;
};

constexpr auto p32 = Constants<std::uint32_t>::primes;
constexpr auto p64 = Constants<std::uint64_t>::primes;

template <class Word>
Word mixed(Word lane, Word input) noexcept {
  constexpr auto& primes = Constants<Word>::primes;
  return std::rotl(static_cast<Word>(lane + input * primes[1]), Constants<Word>::lane_turn) * primes[0];
}

// Specification, step 6: what is left of the input, a word at a time, then the avalanche.
std::uint32_t finished(std::uint32_t hash, Bytes rest) noexcept {
  for (; rest.size() >= 4; rest = rest.subspan(4))
    hash = std::rotl(hash + load_le<std::uint32_t>(rest.data()) * p32[2], 17) * p32[3];
  for (const std::byte one : rest) hash = std::rotl(hash + std::to_integer<std::uint32_t>(one) * p32[4], 11) * p32[0];
  hash = (hash ^ hash >> 15) * p32[1];
  hash = (hash ^ hash >> 13) * p32[2];
  return hash ^ hash >> 16;
}

std::uint64_t finished(std::uint64_t hash, Bytes rest) noexcept {
  for (; rest.size() >= 8; rest = rest.subspan(8)) {
    const auto word = load_le<std::uint64_t>(rest.data());
    hash = std::rotl(hash ^ mixed<std::uint64_t>(0, word), 27) * p64[0] + p64[3];
  }
  if (rest.size() >= 4) {
    hash = std::rotl(hash ^ std::uint64_t{load_le<std::uint32_t>(rest.data())} * p64[0], 23) * p64[1] + p64[2];
    rest = rest.subspan(4);
  }
  for (const std::byte one : rest) hash = std::rotl(hash ^ std::to_integer<std::uint64_t>(one) * p64[4], 11) * p64[0];
  hash = (hash ^ hash >> 33) * p64[1];
  hash = (hash ^ hash >> 29) * p64[2];
  return hash ^ hash >> 32;
}

}  // namespace

template <class Word>
Xxh<Word>::Xxh() {
  constexpr auto& primes = Constants<Word>::primes;
  lanes_ = {static_cast<Word>(primes[0] + primes[1]), primes[1], 0, static_cast<Word>(0 - primes[0])};
}

template <class Word>
void Xxh<Word>::add(Bytes bytes) noexcept {
  const std::size_t held = length_ % stripe;
  length_ += bytes.size();
  if (held != 0) {
    const Bytes taken = bytes.first(std::min(bytes.size(), stripe - held));
    std::copy(taken.begin(), taken.end(), held_.begin() + static_cast<std::ptrdiff_t>(held));
    bytes = bytes.subspan(taken.size());
    if (held + taken.size() < stripe) return;
    mix(held_);
  }
  const std::size_t whole = bytes.size() / stripe * stripe;
  mix(bytes.first(whole));
  std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(whole), bytes.end(), held_.begin());
}

template <class Word>
void Xxh<Word>::mix(Bytes stripes) noexcept {
  // Local, as the members could not stay in registers.
  auto [a, b, c, d] = lanes_;
  const std::byte* const end = stripes.data() + stripes.size();
  for (const std::byte* at = stripes.data(); at != end; at += stripe) {
    a = mixed(a, load_le<Word>(at));
    b = mixed(b, load_le<Word>(at + sizeof(Word)));
    c = mixed(c, load_le<Word>(at + 2 * sizeof(Word)));
    d = mixed(d, load_le<Word>(at + 3 * sizeof(Word)));
  }
  lanes_ = {a, b, c, d};
}

template <class Word>
Word Xxh<Word>::value() const noexcept {
  constexpr auto& primes = Constants<Word>::primes;
  Word hash = primes[4];
  if (length_ >= stripe) {
    hash = std::rotl(lanes_[0], 1) + std::rotl(lanes_[1], 7) + std::rotl(lanes_[2], 12) + std::rotl(lanes_[3], 18);
    if constexpr (sizeof(Word) == 8) {
      for (const Word lane : lanes_) hash = (hash ^ mixed<Word>(0, lane)) * primes[0] + primes[3];
    }
  }
  return finished(static_cast<Word>(hash + length_), Bytes(held_).first(length_ % stripe));
}

template class Xxh<std::uint32_t>;
template class Xxh<std::uint64_t>;

std::uint32_t xxh32(Bytes bytes) noexcept {
  Xxh32 hash;
  hash.add(bytes);
  return hash.value();
}

}  // namespace larder::internal
