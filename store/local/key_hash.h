// A number for a key, the same in every build and every process: which publish lock is its own, how its lease is
// called. Keys of equal number wait for each other, which is slow and not wrong.
//
// FNV-1a of 64 bits. Source: http://www.isthe.com/chongo/tech/comp/fnv/
#pragma once

#include <cstdint>
#include <string_view>

namespace larder::internal {

constexpr std::uint64_t key_hash(std::string_view key) noexcept {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const char letter : key) hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3;
  return hash;
}

}  // namespace larder::internal
