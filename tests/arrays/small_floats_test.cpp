// The numbers of bfloat16 and float8, by what their specifications list.
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

#include "arrays/small_floats.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

using internal::small_float;

constexpr float infinity = std::numeric_limits<float>::infinity();

Array array_of(const DType& dtype, std::vector<std::uint8_t> bytes, Shape shape) {
  return Array::from_region(dtype, std::move(shape), Order::c, Region::copy_of(std::as_bytes(std::span(bytes))));
}

}  // namespace

TEST_CASE("each small float is the number that its specification says") {
  struct Row {
    DTypeKind kind;
    std::uint16_t bits;
    float number;
  };
  const Row rows[] = {
      {DTypeKind::bfloat16, 0x3f80, 1.0F},
      {DTypeKind::bfloat16, 0xc040, -3.0F},
      {DTypeKind::bfloat16, 0x7f80, infinity},
      {DTypeKind::bfloat16, 0x0001, std::ldexp(1.0F, -133)},
      {DTypeKind::float8_e4m3fn, 0x7e, 448},
      {DTypeKind::float8_e4m3fn, 0x01, std::ldexp(1.0F, -9)},
      {DTypeKind::float8_e4m3fn, 0x08, std::ldexp(1.0F, -6)},
      {DTypeKind::float8_e4m3fn, 0xb8, -1},
      {DTypeKind::float8_e4m3fnuz, 0x7f, 240},
      {DTypeKind::float8_e4m3fnuz, 0x01, std::ldexp(1.0F, -10)},
      {DTypeKind::float8_e4m3fnuz, 0x40, 1},
      {DTypeKind::float8_e5m2, 0x7b, 57344},
      {DTypeKind::float8_e5m2, 0x01, std::ldexp(1.0F, -16)},
      {DTypeKind::float8_e5m2, 0x7c, infinity},
      {DTypeKind::float8_e5m2, 0xfc, -infinity},
      {DTypeKind::float8_e5m2fnuz, 0x7f, 57344},
      {DTypeKind::float8_e5m2fnuz, 0x01, std::ldexp(1.0F, -17)},
      {DTypeKind::float8_e8m0fnu, 0x7f, 1},
      {DTypeKind::float8_e8m0fnu, 0x00, std::ldexp(1.0F, -127)},
      {DTypeKind::float8_e8m0fnu, 0xfe, std::ldexp(1.0F, 127)},
  };
  for (const Row& row : rows) {
    INFO(static_cast<int>(row.kind) << " " << row.bits);
    CHECK(small_float(row.kind, row.bits) == row.number);
  }
  const std::pair<DTypeKind, std::uint16_t> nans[] = {
      {DTypeKind::bfloat16, 0x7fc0},      {DTypeKind::float8_e4m3fn, 0x7f}, {DTypeKind::float8_e4m3fn, 0xff},
      {DTypeKind::float8_e4m3fnuz, 0x80}, {DTypeKind::float8_e5m2, 0x7d},   {DTypeKind::float8_e5m2, 0xff},
      {DTypeKind::float8_e5m2fnuz, 0x80}, {DTypeKind::float8_e8m0fnu, 0xff}};
  for (const auto& [kind, bits] : nans) CHECK(std::isnan(small_float(kind, bits)));
  CHECK(std::signbit(small_float(DTypeKind::float8_e4m3fn, 0x80)));
  CHECK(small_float(DTypeKind::float8_e4m3fn, 0x80) == 0);
}

TEST_CASE("arrays of small floats are widened whatever their layout and byte order") {
  const auto numbers = [](const Array& array) {
    const Array wide = internal::widened(array);
    CHECK(wide.dtype() == DType::of<float>());
    CHECK(wide.shape() == array.shape());
    std::vector<float> all(static_cast<std::size_t>(wide.size()));
    wide.copy_elements(0, wide.size(), Order::c, std::as_writable_bytes(std::span(all)));
    return all;
  };
  const std::vector<float> expected = {1, 2, 3, 4};
  const Array little = array_of(DType::of(DTypeKind::bfloat16, 2, ByteOrder::little),
                                {0x80, 0x3f, 0x00, 0x40, 0x40, 0x40, 0x80, 0x40}, {2, 2});
  CHECK(numbers(little) == expected);
  CHECK(numbers(little.byte_swapped()) == expected);
  CHECK(numbers(little.transposed()) == std::vector<float>{1, 3, 2, 4});
  CHECK(internal::widened(little.transposed()).storage_order() == Order::fortran);
  CHECK(numbers(array_of(DType::of(DTypeKind::float8_e5m2, 1), {0x3c, 0x40, 0x42, 0x44}, {4})) == expected);
  CHECK(numbers(array_of(DType::of(DTypeKind::float8_e5m2, 1), {}, {0, 3})).empty());
  const std::vector<std::uint8_t> ones(100'000, 0x3c);
  CHECK(numbers(array_of(DType::of(DTypeKind::float8_e5m2, 1), ones, {100'000})) == std::vector<float>(100'000, 1));
  CHECK_ERROR(internal::widened(Array()), usage);
}

TEST_CASE("dtypes of numpy have no small float in any part") {
  CHECK(internal::is_of_numpy(DType::parse("[('a', '<f8'), ('b', '|V7', (2, 3))]")));
  const DType small = DType::of(DTypeKind::bfloat16, 2);
  CHECK_FALSE(internal::is_of_numpy(small));
  CHECK_FALSE(internal::is_of_numpy(DType::subarray(small, {2})));
  CHECK_FALSE(internal::is_of_numpy(DType::structure({{"a", small, 0, {}}}, 2)));
}

}  // namespace larder::testing
