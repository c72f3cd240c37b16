#include "document/elements.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "base/byte_order.h"
#include "base/text.h"
#include "base/unicode.h"

namespace larder::internal {

namespace {

// IEEE half precision as double.
double half(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const double fraction = bits & 0x3ff;
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  if (exponent == 31) return fraction == 0 ? sign * INFINITY : std::nan("");
  return sign * (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 1024, exponent - 25));
}

double floating(const std::byte* at, std::size_t size) {
  if (size == 2) return half(load_le<std::uint16_t>(at));
  if (size == 4) return static_cast<double>(std::bit_cast<float>(load_le<std::uint32_t>(at)));
  return std::bit_cast<double>(load_le<std::uint64_t>(at));
}

std::uint64_t unsigned_integer(const std::byte* at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = size; i-- > 0;) value = (value << 8) | std::to_integer<std::uint64_t>(at[i]);
  return value;
}

std::int64_t signed_integer(const std::byte* at, std::size_t size) {
  const int unused = static_cast<int>(64 - 8 * size);
  return static_cast<std::int64_t>(unsigned_integer(at, size) << unused) >> unused;
}

// U: UCS-4 with NUL padding; what is no code point becomes U+FFFD.
std::string utf8_of_ucs4(const std::byte* at, std::size_t size) {
  std::vector<std::uint32_t> letters(size / 4);
  for (std::size_t i = 0; i < letters.size(); ++i) letters[i] = load_le<std::uint32_t>(at + 4 * i);
  while (!letters.empty() && letters.back() == 0) letters.pop_back();
  std::string text;
  for (const std::uint32_t letter : letters) append_utf8(text, letter <= 0x10ffff ? letter : 0xfffd);
  return text;
}

bool has_values(const DType& dtype) {
  switch (dtype.kind()) {
    case DTypeKind::floating:
      return dtype.itemsize() <= 8;
    case DTypeKind::complex:
      return dtype.itemsize() <= 16;
    default:
      return dtype.kind() < DTypeKind::raw || dtype.kind() == DTypeKind::datetime ||
             dtype.kind() == DTypeKind::timedelta;
  }
}

Value unsigned_value(std::uint64_t number, Document& document) {
  std::array<std::byte, 9> bytes{};  // the last one is the sign
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::byte>((number >> (8 * i)) & 0xff);
  return document.integer(bytes);
}

// One little-endian element.
Value value_of(const std::byte* at, const DType& dtype, Document& document) {
  const std::size_t size = dtype.itemsize();
  switch (dtype.kind()) {
    case DTypeKind::boolean:
      return Value::boolean(at[0] != std::byte{0});
    case DTypeKind::unsigned_int:
      return unsigned_value(unsigned_integer(at, size), document);
    case DTypeKind::floating:
      return Value::floating(floating(at, size));
    case DTypeKind::complex:
      return document.complex({floating(at, size / 2), floating(at + size / 2, size / 2)});
    case DTypeKind::bytes: {
      std::size_t length = size;
      while (length > 0 && at[length - 1] == std::byte{0}) --length;
      return document.bytes({at, length});
    }
    case DTypeKind::unicode:
      return document.str(utf8_of_ucs4(at, size));
    default:  // signed integers and times
      return Value::integer(signed_integer(at, size));
  }
}

}  // namespace

std::optional<std::vector<Value>> element_values(const Array& array, Document& document) {
  const DType& dtype = array.dtype();
  if (!has_values(dtype)) return std::nullopt;
  std::vector<std::byte> bytes(static_cast<std::size_t>(array.nbytes()));
  array.copy_elements(0, array.size(), Order::c, bytes);
  if (dtype.order() == ByteOrder::big) swap_bytes(bytes.data(), static_cast<std::size_t>(array.size()), dtype);
  std::vector<Value> values;
  values.reserve(static_cast<std::size_t>(array.size()));
  for (std::size_t i = 0; i < array.size(); ++i)
    values.push_back(value_of(bytes.data() + i * dtype.itemsize(), dtype, document));
  return values;
}

}  // namespace larder::internal
