// CRC-32C (Castagnoli), as TensorFlow's files store it.
//
// Source: RFC 3720, appendix B.4; tensorflow/tsl lib/hash/crc32c.h for the mask.
#pragma once

#include <cstdint>

#include <larder/bytes.h>

namespace larder::internal {

// Of `bytes` behind bytes whose checksum is `before`; 0 for none.
std::uint32_t crc32c(Bytes bytes, std::uint32_t before = 0) noexcept;

// What is stored: a checksum of bytes that hold checksums would be worth little.
constexpr std::uint32_t masked_crc32c(std::uint32_t crc) noexcept { return (crc >> 15 | crc << 17) + 0xa282ead8U; }

}  // namespace larder::internal
