// Numbers in little- and big-endian bytes, at any alignment.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace larder::internal {

template <std::integral T>
constexpr T swapped(T value) noexcept {
  if constexpr (sizeof(T) == 1)
    return value;
  else if constexpr (sizeof(T) == 2)
    return static_cast<T>(__builtin_bswap16(static_cast<std::uint16_t>(value)));
  else if constexpr (sizeof(T) == 4)
    return static_cast<T>(__builtin_bswap32(static_cast<std::uint32_t>(value)));
  else
    return static_cast<T>(__builtin_bswap64(static_cast<std::uint64_t>(value)));
}

template <std::integral T>
T load_le(const std::byte* from) noexcept {
  T value;
  std::memcpy(&value, from, sizeof value);
  return std::endian::native == std::endian::little ? value : swapped(value);
}

template <std::integral T>
T load_be(const std::byte* from) noexcept {
  T value;
  std::memcpy(&value, from, sizeof value);
  return std::endian::native == std::endian::big ? value : swapped(value);
}

template <std::integral T>
void store_le(std::byte* to, T value) noexcept {
  if constexpr (std::endian::native != std::endian::little) value = swapped(value);
  std::memcpy(to, &value, sizeof value);
}

template <std::integral T>
void store_be(std::byte* to, T value) noexcept {
  if constexpr (std::endian::native != std::endian::big) value = swapped(value);
  std::memcpy(to, &value, sizeof value);
}

}  // namespace larder::internal
