// copy_elements over layouts, orders, windows and element sizes, against one element at a time.
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include <larder/array.h>

#include "tests/support/errors.h"

using namespace larder;

namespace {

constexpr unsigned seed = 20261122;

Region random_bytes(std::size_t size, std::mt19937& random) {
  Region region = Region::allocate(size);
  for (std::byte& byte : region.mutable_bytes()) byte = static_cast<std::byte>(random());
  return region;
}

// The same bytes, said to be mapped.
Region as_mapped(const Region& region) {
  const auto keeper = std::make_shared<Region>(region.slice(0, region.size()));
  return Region::adopt(keeper, keeper->bytes(), true);
}

std::vector<std::byte> one_by_one(const Array& array, Order order) {
  std::vector<std::byte> out;
  const std::size_t axes = array.ndim();
  std::vector<std::uint64_t> index(axes, 0);
  for (std::uint64_t n = 0; n < array.size(); ++n) {
    std::int64_t at = 0;
    for (std::size_t axis = 0; axis < axes; ++axis)
      at += static_cast<std::int64_t>(index[axis]) * array.strides()[axis];
    out.insert(out.end(), array.origin() + at, array.origin() + at + array.dtype().itemsize());
    for (std::size_t i = 0; i < axes; ++i) {
      const std::size_t axis = order == Order::c ? axes - 1 - i : i;
      if (++index[axis] < array.shape()[axis]) break;
      index[axis] = 0;
    }
  }
  return out;
}

void check_windows(const Array& array, std::mt19937& random) {
  for (const Order order : {Order::c, Order::fortran}) {
    const std::vector<std::byte> expected = one_by_one(array, order);
    const std::size_t size = array.dtype().itemsize();
    for (int round = 0; round < 6; ++round) {
      const std::uint64_t first = round == 0 ? 0 : random() % (array.size() + 1);
      const std::uint64_t count = round == 0 ? array.size() : random() % (array.size() - first + 1);
      std::vector<std::byte> out(count * size);
      array.copy_elements(first, count, order, out);
      const bool same =
          std::equal(out.begin(), out.end(), expected.begin() + static_cast<std::ptrdiff_t>(first * size));
      if (!same) FAIL("elements " << first << " + " << count << " differ");
    }
  }
}

}  // namespace

TEST_CASE("any window of any layout is copied as one element at a time would be") {
  INFO("seed " << seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 400; ++round) {
    const std::size_t itemsize = std::vector<std::size_t>{1, 2, 3, 4, 8, 16, 24}[random() % 7];
    Shape shape(random() % 5);
    for (auto& length : shape) length = 1 + random() % (shape.size() > 3 ? 5 : shape.size() == 2 ? 90 : 14);
    // Axes in a random order in memory, some reversed, some with gaps, some repeated.
    std::vector<std::size_t> axes(shape.size());
    for (std::size_t i = 0; i < axes.size(); ++i) axes[i] = i;
    std::shuffle(axes.begin(), axes.end(), random);
    Strides strides(shape.size());
    std::uint64_t step = itemsize;
    std::uint64_t offset = 0;
    for (const std::size_t axis : axes) {
      const auto what = random() % 8;
      if (what == 0) step += random() % 9;
      if (what == 1) {
        strides[axis] = 0;
        continue;
      }
      strides[axis] = what == 2 ? -static_cast<std::int64_t>(step) : static_cast<std::int64_t>(step);
      if (what == 2) offset += step * (shape[axis] - 1);
      step *= shape[axis];
    }
    const Region region = random_bytes(step + itemsize + offset, random);
    const DType dtype = DType::of(DTypeKind::raw, itemsize);
    check_windows(Array::from_strides(dtype, shape, strides, offset, region.slice(0, region.size())), random);
    check_windows(Array::from_strides(dtype, shape, strides, offset, as_mapped(region)), random);
  }
}

TEST_CASE("large transpositions, from memory and from a mapping") {
  std::mt19937 random(seed);
  for (const Shape& shape : {Shape{700, 333}, Shape{3, 1000, 70}, Shape{65, 33, 31}}) {
    const Region region = random_bytes(checked_nbytes(shape, 8), random);
    const Array heap = Array::from_region(DType(), shape, Order::fortran, region.slice(0, region.size()));
    const Array mapped = Array::from_region(DType(), shape, Order::fortran, as_mapped(region));
    const std::vector<std::byte> expected = one_by_one(heap, Order::c);
    const Array one = heap.copy();
    const Array two = mapped.copy();
    CHECK(std::equal(expected.begin(), expected.end(), one.bytes().begin()));
    CHECK(std::equal(expected.begin(), expected.end(), two.bytes().begin()));
    CHECK_FALSE(two.mapped());
    CHECK(one.identical(mapped));
  }
}

TEST_CASE("windows that are not inside, or buffers that do not fit, are refused") {
  const Array array = Array::allocate(DType(), {3, 4});
  std::vector<std::byte> out(16);
  CHECK_ERROR(array.copy_elements(11, 2, Order::c, out), usage);
  CHECK_ERROR(array.copy_elements(UINT64_MAX, 2, Order::c, out), usage);
  CHECK_ERROR(array.copy_elements(2, UINT64_MAX, Order::c, out), usage);
  CHECK_ERROR(array.copy_elements(0, 3, Order::c, out), usage);
  array.copy_elements(12, 0, Order::c, {});
}

TEST_CASE("pages that are gone are an error, not a signal") {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  void* memory = ::mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  REQUIRE(::mprotect(static_cast<char*>(memory) + page, page, PROT_NONE) == 0);
  const std::shared_ptr<const void> keeper(memory, [page](void* at) { ::munmap(at, 2 * page); });
  const Bytes bytes(static_cast<const std::byte*>(memory), 2 * page);
  const auto region = [&] { return Region::adopt(keeper, bytes, true); };
  const Array line = Array::from_region(DType(), {2 * page / 8}, Order::c, region());
  const Array square = Array::from_region(DType(), {16, page / 64}, Order::fortran, region());
  const Array spread = Array::from_strides(DType(), {page / 8}, {16}, 0, region());
  const Array backwards = Array::from_strides(DType(), {2 * page / 8}, {-8}, 2 * page - 8, region());
  for (const Array& array : {line, square, spread, backwards}) {
    CHECK_ERROR(array.copy(), io);
    CHECK_ERROR(array.byte_swapped(), io);
    CHECK_ERROR(array.identical(array.transposed().transposed()), io);
  }
  std::vector<std::byte> out(page);
  line.copy_elements(0, page / 8, Order::c, out);
}
