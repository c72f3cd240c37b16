// The CRC-32 of bzip2: gzip's polynomial, with the bits of each byte taken from the highest down.
#pragma once

#include <bit>
#include <cstdint>

#include <larder/bytes.h>

namespace larder::internal::bz2 {

// The checksum of what `before` is the checksum of, followed by `bytes`. That of nothing is 0.
std::uint32_t checksum(Bytes bytes, std::uint32_t before = 0) noexcept;

// The checksum of a stream from that of its blocks, which are added in order. That of no block is 0.
constexpr std::uint32_t combined(std::uint32_t stream, std::uint32_t block) noexcept {
  return std::rotl(stream, 1) ^ block;
}

}  // namespace larder::internal::bz2
