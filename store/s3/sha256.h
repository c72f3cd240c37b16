// SHA-256 and HMAC: for signatures of requests, whose texts are short. Portable, no library.
//
// Sources: FIPS 180-4 (SHA-256), RFC 2104 (HMAC).
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include <larder/bytes.h>

namespace larder::internal::s3 {

using Digest = std::array<std::byte, 32>;

// Of bytes that arrive piece by piece; how they are cut does not matter. Not thread-safe.
class Sha256 {
 public:
  void add(Bytes bytes) noexcept;
  // Of all that was added; nothing can be added afterwards.
  Digest finish() noexcept;

 private:
  void add_block(const std::byte* block) noexcept;

  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<std::byte, 64> pending_{};
  std::uint64_t size_ = 0;  // of all bytes added
};

Digest sha256(Bytes bytes) noexcept;
Digest hmac_sha256(Bytes key, Bytes message) noexcept;

// "0badcafe...": two digits a byte, in lower case.
std::string hex_digits(Bytes bytes);

}  // namespace larder::internal::s3
