// Adler-32 (RFC 1950) and CRC-32 (RFC 1952), by the fastest library that this build has.
#pragma once

#include <cstdint>

#include <larder/bytes.h>

namespace larder::internal {

inline constexpr std::uint32_t adler32_of_nothing = 1;
inline constexpr std::uint32_t crc32_of_nothing = 0;

// Whether this build has one of them. Without, CRC-32 is computed bit by bit.
bool has_crc32() noexcept;

// The checksum of what `before` is the checksum of, followed by `bytes`. Thread-safe. Adler-32 is for builds with zlib
// only.
std::uint32_t adler32(std::uint32_t before, Bytes bytes) noexcept;
std::uint32_t crc32(std::uint32_t before, Bytes bytes) noexcept;

// The checksum of two pieces one after another, from the checksum of each and the size of the second.
std::uint32_t joined_adler32(std::uint32_t first, std::uint32_t second, std::uint64_t size_of_second) noexcept;
std::uint32_t joined_crc32(std::uint32_t first, std::uint32_t second, std::uint64_t size_of_second) noexcept;

// What a library offers.
struct ChecksumFunctions {
  std::uint32_t (*adler32)(std::uint32_t before, Bytes bytes) noexcept = nullptr;
  std::uint32_t (*crc32)(std::uint32_t before, Bytes bytes) noexcept = nullptr;
};

}  // namespace larder::internal
