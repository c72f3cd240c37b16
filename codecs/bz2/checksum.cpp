#include "codecs/bz2/checksum.h"

#include <array>

#include "base/byte_order.h"

namespace larder::internal::bz2 {
namespace {

constexpr std::size_t lanes = 16;
using Table = std::array<std::uint32_t, 256>;

// Row k: what a byte adds when k more bytes follow it.
constexpr std::array<Table, lanes> make_tables() {
  std::array<Table, lanes> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte << 24;
    for (int bit = 0; bit < 8; ++bit) crc = (crc << 1) ^ ((crc >> 31) * 0x04c11db7U);
    tables[0][byte] = crc;
  }
  for (std::size_t k = 1; k < lanes; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t crc = tables[k - 1][byte];
      tables[k][byte] = (crc << 8) ^ tables[0][crc >> 24];
    }
  }
  return tables;
}

constexpr std::array<Table, lanes> tables = make_tables();

// Of 8 bytes with `behind` more behind them.
template <std::size_t behind>
std::uint32_t word(std::uint64_t bytes) noexcept {
  std::uint32_t crc = 0;
  for (std::size_t k = 0; k < 8; ++k) crc ^= tables[behind + k][(bytes >> (8 * k)) & 0xff];
  return crc;
}

}  // namespace

std::uint32_t checksum(Bytes bytes, std::uint32_t before) noexcept {
  std::uint32_t crc = ~before;
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= lanes; at += lanes, left -= lanes) {
    const std::uint64_t first = load_be<std::uint64_t>(at) ^ (std::uint64_t{crc} << 32);
    crc = word<8>(first) ^ word<0>(load_be<std::uint64_t>(at + 8));
  }
  for (; left > 0; ++at, --left) crc = (crc << 8) ^ tables[0][(crc >> 24) ^ std::to_integer<std::uint32_t>(*at)];
  return ~crc;
}

}  // namespace larder::internal::bz2
