#include "store/s3/sha256.h"

#include <algorithm>
#include <bit>

#include "base/byte_order.h"

namespace larder::internal::s3 {

namespace {

constexpr std::size_t block_size = 64;

// The first 32 bits of the fractions of the cube roots of the first 64 primes.
constexpr std::array<std::uint32_t, 64> round_constants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

// The words that the 64 rounds of one block use: the block's own, then mixtures of those before.
std::array<std::uint32_t, 64> schedule_of(const std::byte* block) noexcept {
  std::array<std::uint32_t, 64> words{};
  for (std::size_t i = 0; i < 16; ++i) words[i] = load_be<std::uint32_t>(block + 4 * i);
  for (std::size_t i = 16; i < 64; ++i) {
    const std::uint32_t early = words[i - 15];
    const std::uint32_t late = words[i - 2];
    words[i] = words[i - 16] + (std::rotr(early, 7) ^ std::rotr(early, 18) ^ (early >> 3)) + words[i - 7] +
               (std::rotr(late, 17) ^ std::rotr(late, 19) ^ (late >> 10));
  }
  return words;
}

}  // namespace

void Sha256::add_block(const std::byte* block) noexcept {
  const std::array<std::uint32_t, 64> words = schedule_of(block);
  auto [a, b, c, d, e, f, g, h] = state_;
  for (std::size_t i = 0; i < 64; ++i) {
    const std::uint32_t choice = (e & f) ^ (~e & g);
    const std::uint32_t first =
        h + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + choice + round_constants[i] + words[i];
    const std::uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
    const std::uint32_t second = (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + majority;
    h = g;
    g = f;
    f = e;
    e = d + first;
    d = c;
    c = b;
    b = a;
    a = first + second;
  }
  const std::array<std::uint32_t, 8> mixed = {a, b, c, d, e, f, g, h};
  for (std::size_t i = 0; i < mixed.size(); ++i) state_[i] += mixed[i];
}

void Sha256::add(Bytes bytes) noexcept {
  while (!bytes.empty()) {
    const std::size_t held = size_ % block_size;
    if (held == 0 && bytes.size() >= block_size) {
      add_block(bytes.data());
      size_ += block_size;
      bytes = bytes.subspan(block_size);
      continue;
    }
    const std::size_t taken = std::min(block_size - held, bytes.size());
    std::copy_n(bytes.begin(), taken, pending_.begin() + static_cast<std::ptrdiff_t>(held));
    size_ += taken;
    bytes = bytes.subspan(taken);
    if (held + taken == block_size) add_block(pending_.data());
  }
}

Digest Sha256::finish() noexcept {
  const std::uint64_t bits = size_ * 8;
  constexpr std::array<std::byte, block_size> padding = {std::byte{0x80}};
  const std::size_t held = size_ % block_size;
  add(Bytes(padding).first((held < 56 ? 56 : 56 + block_size) - held));
  std::array<std::byte, 8> length{};
  store_be(length.data(), bits);
  add(length);
  Digest digest{};
  for (std::size_t i = 0; i < state_.size(); ++i) store_be(digest.data() + 4 * i, state_[i]);
  return digest;
}

Digest sha256(Bytes bytes) noexcept {
  Sha256 hash;
  hash.add(bytes);
  return hash.finish();
}

Digest hmac_sha256(Bytes key, Bytes message) noexcept {
  std::array<std::byte, block_size> block{};
  if (key.size() <= block_size) {
    std::copy(key.begin(), key.end(), block.begin());
  } else {
    const Digest digest = sha256(key);
    std::copy(digest.begin(), digest.end(), block.begin());
  }
  Sha256 inner;
  for (std::byte& byte : block) byte ^= std::byte{0x36};
  inner.add(block);
  inner.add(message);
  const Digest inside = inner.finish();
  Sha256 outer;
  for (std::byte& byte : block) byte ^= std::byte{0x36} ^ std::byte{0x5c};
  outer.add(block);
  outer.add(inside);
  return outer.finish();
}

std::string hex_digits(Bytes bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(2 * bytes.size());
  for (const std::byte byte : bytes) {
    const auto code = static_cast<unsigned>(byte);
    out.append({digits[code >> 4], digits[code & 15]});
  }
  return out;
}

}  // namespace larder::internal::s3
