// Arithmetic on numbers that come from files.
#pragma once

#include <concepts>
#include <optional>
#include <utility>

namespace larder::internal {

// The exact result, or nothing where it does not fit T.
template <std::integral T>
constexpr std::optional<T> checked_add(T a, T b) noexcept {
  T result;
  if (__builtin_add_overflow(a, b, &result)) return std::nullopt;
  return result;
}

template <std::integral T>
constexpr std::optional<T> checked_mul(T a, T b) noexcept {
  T result;
  if (__builtin_mul_overflow(a, b, &result)) return std::nullopt;
  return result;
}

// `value` as To, or nothing where it does not fit.
template <std::integral To, std::integral From>
constexpr std::optional<To> checked_cast(From value) noexcept {
  if (!std::in_range<To>(value)) return std::nullopt;
  return static_cast<To>(value);
}

}  // namespace larder::internal
