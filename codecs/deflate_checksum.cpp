#include "codecs/deflate_checksum.h"

#include "codecs/isal.h"
#include "codecs/libdeflate.h"
#include "codecs/libz.h"

namespace larder::internal {
namespace {

// Polynomials over GF(2) of degree below 32, modulo that of the CRC. As in the checksum, the highest bit is the
// coefficient of x^0.
constexpr std::uint32_t crc_polynomial = 0xedb88320;
constexpr std::uint32_t one = 0x80000000;
constexpr std::uint32_t x_to_8 = one >> 8;

constexpr std::uint32_t times_x(std::uint32_t a) noexcept { return a >> 1 ^ ((a & 1) != 0 ? crc_polynomial : 0); }

constexpr std::uint32_t product(std::uint32_t a, std::uint32_t b) noexcept {
  std::uint32_t sum = 0;
  for (; a != 0; a <<= 1, b = times_x(b)) {
    if ((a & one) != 0) sum ^= b;
  }
  return sum;
}

constexpr std::uint32_t power(std::uint32_t base, std::uint64_t exponent) noexcept {
  std::uint32_t result = one;
  for (; exponent != 0; exponent >>= 1, base = product(base, base)) {
    if ((exponent & 1) != 0) result = product(result, base);
  }
  return result;
}

// Bit by bit: for stored members of ZIP archives in builds without any of the libraries.
std::uint32_t plain_crc32(std::uint32_t before, Bytes bytes) noexcept {
  std::uint32_t sum = ~before;
  for (const std::byte byte : bytes) {
    sum ^= std::to_integer<std::uint32_t>(byte);
    for (int bit = 0; bit < 8; ++bit) sum = times_x(sum);
  }
  return ~sum;
}

const ChecksumFunctions& fastest() noexcept {
  static const ChecksumFunctions functions = [] {
    for (const auto* const found : {libdeflate_checksums(), isal_checksums(), libz_checksums()}) {
      if (found != nullptr) return *found;
    }
    return ChecksumFunctions{.adler32 = nullptr, .crc32 = plain_crc32};
  }();
  return functions;
}

}  // namespace

bool has_crc32() noexcept {
  return libdeflate_checksums() != nullptr || isal_checksums() != nullptr || libz_checksums() != nullptr;
}

std::uint32_t adler32(std::uint32_t before, Bytes bytes) noexcept { return fastest().adler32(before, bytes); }
std::uint32_t crc32(std::uint32_t before, Bytes bytes) noexcept { return fastest().crc32(before, bytes); }

// The low half is 1 and the sum of the bytes, the high half the sum of the low half after each byte. The second piece
// was summed from 1; it should have been from the low half of the first.
std::uint32_t joined_adler32(std::uint32_t first, std::uint32_t second, std::uint64_t size_of_second) noexcept {
  constexpr std::uint64_t modulus = 65521;
  const std::uint64_t too_low = (first & 0xffff) + modulus - 1;
  const std::uint64_t low = (second & 0xffff) + too_low;
  const std::uint64_t high = (first >> 16) + (second >> 16) + size_of_second % modulus * (too_low % modulus);
  return static_cast<std::uint32_t>(high % modulus << 16 | low % modulus);
}

// To append a byte multiplies what is there by x^8.
std::uint32_t joined_crc32(std::uint32_t first, std::uint32_t second, std::uint64_t size_of_second) noexcept {
  return product(power(x_to_8, size_of_second), first) ^ second;
}

}  // namespace larder::internal
