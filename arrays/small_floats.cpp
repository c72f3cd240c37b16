#include "arrays/small_floats.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "base/byte_order.h"
#include "base/text.h"

namespace larder::internal {

namespace {

// How the 8 bits are divided behind the sign, and what the largest of them mean.
struct Float8 {
  enum class Special {
    infinities,  // as IEEE: an exponent of ones
    one_nan,     // all ones, of either sign; no infinities
    unsigned_0,  // the sign alone; no infinities, no -0
  };
  int mantissa_bits;
  int bias;
  Special special;
};

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

Float8 layout_of(DTypeKind kind) noexcept {
  switch (kind) {
    case DTypeKind::float8_e4m3fn:
      return {3, 7, Float8::Special::one_nan};
    case DTypeKind::float8_e4m3fnuz:
      return {3, 8, Float8::Special::unsigned_0};
    case DTypeKind::float8_e5m2:
      return {2, 15, Float8::Special::infinities};
    default:
      return {2, 16, Float8::Special::unsigned_0};  // float8_e5m2fnuz
  }
}

float decoded(const Float8& layout, unsigned bits) noexcept {
  const unsigned magnitude = bits & 0x7f;
  const unsigned mantissa_mask = (1U << layout.mantissa_bits) - 1;
  const unsigned mantissa = magnitude & mantissa_mask;
  const int exponent = static_cast<int>(magnitude >> layout.mantissa_bits);
  const float sign = (bits & 0x80) != 0 ? -1.0F : 1.0F;
  if (layout.special == Float8::Special::one_nan && magnitude == 0x7f) return nan;
  if (layout.special == Float8::Special::unsigned_0 && bits == 0x80) return nan;
  if (layout.special == Float8::Special::infinities && (magnitude | mantissa_mask) == 0x7f)
    return mantissa == 0 ? sign * std::numeric_limits<float>::infinity() : nan;
  const unsigned significand = exponent == 0 ? mantissa : mantissa + mantissa_mask + 1;
  return sign * std::ldexp(static_cast<float>(significand), std::max(exponent, 1) - layout.bias - layout.mantissa_bits);
}

float power_of_two(unsigned bits) noexcept {
  return bits == 0xff ? nan : std::ldexp(1.0F, static_cast<int>(bits) - 127);
}

}  // namespace

bool is_small_float(DTypeKind kind) noexcept { return kind >= DTypeKind::bfloat16; }

bool is_of_numpy(const DType& dtype) {
  if (dtype.kind() == DTypeKind::subarray) return is_of_numpy(dtype.base());
  return !is_small_float(dtype.kind()) &&
         std::ranges::all_of(dtype.fields(), [](const Field& field) { return is_of_numpy(field.dtype); });
}

float small_float(DTypeKind kind, std::uint16_t bits) noexcept {
  if (kind == DTypeKind::bfloat16) return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
  return kind == DTypeKind::float8_e8m0fnu ? power_of_two(bits) : decoded(layout_of(kind), bits);
}

Array widened(const Array& array) {
  const DType& dtype = array.dtype();
  if (!is_small_float(dtype.kind())) fail(ErrorKind::usage, dtype.name(), " is not widened to float32");
  const std::size_t itemsize = dtype.itemsize();
  std::vector<float> of_byte(itemsize == 1 ? 256 : 0);
  for (std::size_t bits = 0; bits < of_byte.size(); ++bits)
    of_byte[bits] = small_float(dtype.kind(), static_cast<std::uint16_t>(bits));

  const Order order = array.storage_order();
  Array made = Array::allocate(DType::of<float>(), array.shape(), order);
  const std::span<float> out = made.mutable_data<float>();
  std::array<std::byte, 64 * 1024> piece{};
  const std::size_t most = piece.size() / itemsize;
  for (std::size_t first = 0; first < out.size(); first += most) {
    const std::size_t count = std::min(most, out.size() - first);
    array.copy_elements(first, count, order, std::span(piece).first(count * itemsize));
    for (std::size_t i = 0; i < count; ++i) {
      const std::byte* const at = &piece[i * itemsize];
      if (itemsize == 1) {
        out[first + i] = of_byte[std::to_integer<std::size_t>(*at)];
      } else {
        const bool is_big = dtype.order() == ByteOrder::big;
        out[first + i] = small_float(dtype.kind(), is_big ? load_be<std::uint16_t>(at) : load_le<std::uint16_t>(at));
      }
    }
  }
  return made;
}

}  // namespace larder::internal
