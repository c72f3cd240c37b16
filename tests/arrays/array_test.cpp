#include <complex>
#include <cstdint>
#include <string>
#include <vector>

#include <larder/array.h>

#include "tests/support/errors.h"

using namespace larder;

namespace {

constexpr std::uint64_t huge = std::uint64_t{1} << 40;

Array counting(Shape shape) {
  std::vector<std::int32_t> values(static_cast<std::size_t>(checked_nbytes(shape, 1)));
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<std::int32_t>(i);
  return Array::copy_of<std::int32_t>(values, std::move(shape));
}

}  // namespace

TEST_CASE("an array knows its shape, strides and order") {
  const Array array = counting({2, 3, 4});
  CHECK(array.size() == 24);
  CHECK(array.nbytes() == 96);
  CHECK(array.strides() == Strides{48, 16, 4});
  CHECK(array.is_contiguous(Order::c));
  CHECK_FALSE(array.is_contiguous(Order::fortran));
  CHECK(array.transposed().shape() == Shape{4, 3, 2});
  CHECK(array.transposed().storage_order() == Order::fortran);
  CHECK(array.at<std::int32_t>({1, 2, 3}) == 23);
  CHECK(array.transposed().at<std::int32_t>({3, 2, 1}) == 23);
  CHECK(counting({5}).storage_order() == Order::c);
  CHECK(counting({1, 5, 1}).is_contiguous(Order::fortran));
  const Array fortran = Array::allocate(DType(), {2, 3}, Order::fortran);
  CHECK(fortran.strides() == Strides{8, 16});
}

TEST_CASE("0-d and empty arrays are arrays") {
  const Array one = counting({});
  CHECK(one.size() == 1);
  CHECK(one.at<std::int32_t>({}) == 0);
  CHECK(one.storage_order() == Order::c);
  CHECK(one.copy(Order::fortran).identical(one));
  const Array none;
  CHECK(none.shape() == Shape{0});
  CHECK(none.data<double>().empty());
  CHECK(none.bytes().empty());
  CHECK(none.copy().identical(none));
  CHECK(none.region().empty());
  const Array flat = Array::allocate(DType(), {3, 0, 5});
  CHECK(flat.size() == 0);
  CHECK(flat.is_contiguous(Order::fortran));
  CHECK(flat.transposed().copy().shape() == Shape{5, 0, 3});
  const Array sizeless = Array::allocate(DType::parse("V0"), {7});
  CHECK(sizeless.size() == 7);
  CHECK(sizeless.nbytes() == 0);
  CHECK(sizeless.copy().identical(sizeless));
  CHECK(sizeless.byte_swapped().identical(sizeless));
}

TEST_CASE("sizes that overflow are a limit, also around an axis of no elements") {
  CHECK(checked_nbytes({}, 8) == 8);
  CHECK(checked_nbytes({0, huge}, 8) == 0);
  CHECK(checked_nbytes({huge, 2}, 0) == 0);
  for (const Shape& shape : {Shape{std::uint64_t{1} << 32, std::uint64_t{1} << 32}, Shape{std::uint64_t{1} << 63, 2},
                             Shape{0, std::uint64_t{1} << 63}, Shape{0, huge, huge}, Shape{huge, huge, 0},
                             Shape{UINT64_MAX}, Shape(65, 1), Shape(65'536, 1), Shape(64, 2)}) {
    CHECK_ERROR(checked_nbytes(shape, 8), limit);
    CHECK_ERROR(checked_nbytes(shape, 1), limit);
    CHECK_ERROR(Array::allocate(DType(), shape), limit);
    CHECK_ERROR(Array::from_region(DType(), shape, Order::c, {}), limit);
  }
  CHECK_ERROR(checked_nbytes({huge, huge}, 0), limit);
  CHECK(Array::from_region(DType(), {0, huge}, Order::c, {}).size() == 0);
}

TEST_CASE("too few bytes are malformed, too many are fine") {
  CHECK_ERROR(Array::from_region(DType(), {2}, Order::c, Region::allocate(15)), malformed);
  CHECK(Array::from_region(DType(), {2}, Order::c, Region::allocate(17)).bytes().size() == 16);
}

TEST_CASE("every element of a layout must lie inside the bytes") {
  const auto make = [](Shape shape, Strides strides, std::uint64_t offset) {
    return Array::from_strides(DType::of<std::int32_t>(), std::move(shape), std::move(strides), offset,
                               Region::allocate(64));
  };
  CHECK(make({16}, {4}, 0).size() == 16);
  CHECK(make({16}, {-4}, 60).size() == 16);
  CHECK(make({1000, 1000}, {0, 0}, 60).size() == 1'000'000);
  CHECK(make({4, 4}, {-4, 16}, 12).size() == 16);
  CHECK(make({0}, {INT64_MAX}, UINT64_MAX).size() == 0);
  CHECK_ERROR(make({16}, {4}, 1), malformed);
  CHECK_ERROR(make({17}, {4}, 0), malformed);
  CHECK_ERROR(make({16}, {-4}, 59), malformed);
  CHECK_ERROR(make({2}, {61}, 0), malformed);
  CHECK_ERROR(make({1}, {4}, 61), malformed);
  CHECK_ERROR(make({1}, {4}, UINT64_MAX), malformed);
  CHECK_ERROR(make({huge}, {INT64_MAX}, 0), malformed);
  CHECK_ERROR(make({huge}, {INT64_MIN}, 0), malformed);
  CHECK_ERROR(make({huge, 2, 2}, {INT64_MIN, INT64_MAX, INT64_MAX}, UINT64_MAX), malformed);
  CHECK_ERROR(make({huge, huge}, {0, 0}, 0), limit);
  CHECK_ERROR(make({1, 1}, {4}, 0), malformed);
}

TEST_CASE("a sub-array dtype unfolds into axes") {
  const DType dtype = DType::parse("(('<i4', (2,)), (3,))");
  const Array c = Array::from_region(dtype, {5}, Order::c, Region::allocate(120));
  CHECK(c.dtype() == DType::of<std::int32_t>());
  CHECK(c.shape() == Shape{5, 3, 2});
  CHECK(c.is_contiguous(Order::c));
  const Array fortran = Array::from_region(dtype, {5, 7}, Order::fortran, Region::allocate(840));
  CHECK(fortran.shape() == Shape{5, 7, 3, 2});
  CHECK(fortran.strides() == Strides{24, 120, 8, 4});
}

TEST_CASE("typed access checks type, byte order, alignment, layout and rights") {
  Array array = counting({2, 3});
  CHECK(array.data<std::int32_t>()[5] == 5);
  array.mutable_data<std::int32_t>()[0] = 7;
  CHECK(array.at<std::int32_t>({0, 0}) == 7);
  CHECK_ERROR(array.data<float>(), usage);
  CHECK_ERROR(array.data<std::uint32_t>(), usage);
  CHECK_ERROR(array.at<double>({0, 0}), usage);
  CHECK_ERROR(array.at<std::int32_t>({0}), usage);
  CHECK_ERROR(array.at<std::int32_t>({2, 0}), usage);
  CHECK_ERROR(array.byte_swapped().data<std::int32_t>(), usage);
  CHECK_ERROR(Array::from_strides(DType::of<std::int32_t>(), {2}, {8}, 0, Region::allocate(16)).data<std::int32_t>(),
              usage);
  CHECK_ERROR(Array::from_strides(DType::of<std::int32_t>(), {2}, {4}, 1, Region::allocate(16)).data<std::int32_t>(),
              usage);
  CHECK(Array::from_strides(DType::of<std::int32_t>(), {2}, {4}, 1, Region::copy_of(as_bytes("-abcdefg-")))
            .at<std::int32_t>({1}) ==
        Array::from_region(DType::of<std::int32_t>(), {2}, Order::c, Region::copy_of(as_bytes("abcdefg-")))
            .at<std::int32_t>({1}));
  try {
    static_cast<void>(counting({1}).data<double>());
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(std::string(error.what()) == "the array holds '<i4', not float64");
  }
  const std::vector<double> constant = {1, 2};
  Array borrowed = Array::borrow<const double>(constant, {2});
  CHECK(borrowed.data<double>().data() == constant.data());
  CHECK_FALSE(borrowed.writable());
  CHECK_ERROR(borrowed.mutable_data<double>(), usage);
}

TEST_CASE("object dtypes have no bytes to hold") {
  CHECK_ERROR(Array::allocate(DType::parse("O"), {2}), usage);
  CHECK_ERROR(Array::from_region(DType::parse("[('a', 'O')]"), {1}, Order::c, Region::allocate(8)), usage);
}

TEST_CASE("copies of an array share the bytes and keep them alive") {
  Array outer;
  {
    Array inner = counting({3});
    outer = inner;
    inner.mutable_data<std::int32_t>()[1] = 42;
  }
  CHECK(outer.at<std::int32_t>({1}) == 42);
  const Region region = outer.region();
  outer = Array();
  CHECK(region.size() == 12);
}

TEST_CASE("byte order turns around, dtype and bytes together") {
  const Array array = counting({2, 3});
  CHECK(array.to_native().origin() == array.origin());
  const Array swapped = array.byte_swapped();
  CHECK(swapped.dtype().typestr() == ">i4");
  CHECK_FALSE(swapped.identical(array));
  CHECK(swapped.to_native().identical(array));
  CHECK(swapped.byte_swapped().identical(array));
  CHECK(array.transposed().byte_swapped().storage_order() == Order::fortran);
  CHECK(array.transposed().byte_swapped().to_native().identical(array.transposed()));

  const Array mixed =
      Array::from_region(DType::parse("[('a','>i2'),('b','<i2')]"), {1}, Order::c, Region::copy_of(as_bytes("abcd")));
  CHECK(as_text(mixed.to_native().bytes()) == "bacd");
  CHECK(mixed.to_native().dtype().is_native());
}

TEST_CASE("identical compares dtype, shape and bits") {
  const std::vector<double> values = {0.0, -0.0};
  const Array zero = Array::copy_of<double>(values, {2});
  CHECK(zero.identical(zero.copy()));
  CHECK_FALSE(zero.identical(Array::from_strides(DType(), {2}, {-8}, 8, zero.region())));
  CHECK_FALSE(zero.identical(Array::copy_of<double>(values, {2, 1})));
  CHECK_FALSE(counting({2, 3}).identical(counting({3, 2})));
  CHECK(counting({2, 3}).identical(counting({2, 3}).copy(Order::fortran)));
  const Array large = counting({300, 301});
  Array other = large.copy(Order::fortran);
  CHECK(large.identical(other));
  other.mutable_data<std::int32_t>().back() ^= 1;
  CHECK_FALSE(large.identical(other));
}
