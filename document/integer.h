// Integers of any size: two's complement bytes, little-endian, and decimal text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <larder/bytes.h>

namespace larder::internal {

// Without the sign bytes that say nothing: 0 is no bytes, 127 one, 128 two, -128 one.
Bytes without_sign_bytes(Bytes twos_complement) noexcept;

// The value, where it fits.
std::optional<std::int64_t> as_int64(Bytes twos_complement) noexcept;

// The shortest bytes of a value.
std::string bytes_of(std::int64_t value);

// In decimal; takes time in the square of the length.
std::string decimal_of(Bytes twos_complement);

// The bytes of digits in `base` (10 or 16), with an optional sign; nothing where `digits` is no number. Takes time in
// the square of the length.
std::optional<std::string> bytes_of_text(std::string_view digits, unsigned base = 10);

}  // namespace larder::internal
