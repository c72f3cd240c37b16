// 10,000 parts hold 5 TiB, whatever is known beforehand.
#include "store/s3/parts.h"

#include <algorithm>
#include <vector>

#include <catch2/catch.hpp>

namespace larder::internal::s3 {
namespace {

constexpr std::uint64_t MiB = 1 << 20;

// What all parts hold, each within what S3 takes.
std::uint64_t capacity(const PartSizes& sizes, std::uint64_t least) {
  std::uint64_t total = 0;
  for (std::size_t number = 0; number < most_parts; ++number) {
    const std::uint64_t size = sizes.of(number);
    REQUIRE(size >= least);
    REQUIRE(size <= most_part_size);
    total += size;
  }
  return total;
}

TEST_CASE("a value whose size nobody told can have 5 TiB") {
  for (const std::uint64_t least : {5 * MiB, 8 * MiB, 64 * MiB, 1024 * MiB})
    CHECK(capacity(PartSizes(least, std::nullopt), least) >= most_object_size);
}

TEST_CASE("without a size, parts grow slowly") {
  const PartSizes sizes(8 * MiB, std::nullopt);
  CHECK(sizes.of(0) == 8 * MiB);
  CHECK(sizes.of(8) == 9 * MiB);
  CHECK(sizes.of(8'000) == 1008 * MiB);
  for (std::size_t number = 1; number < most_parts; ++number) REQUIRE(sizes.of(number) >= sizes.of(number - 1));
}

TEST_CASE("parts of a size that was told are equal, and enough") {
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, 8 * MiB, 8 * MiB + 1, 80'000 * MiB,
                                   1024 * 1024 * MiB, most_object_size - 1, most_object_size}) {
    const PartSizes sizes(8 * MiB, size);
    std::uint64_t held = 0;
    std::size_t number = 0;
    for (; held < size; ++number) {
      REQUIRE(sizes.of(number) == sizes.of(0));
      held += sizes.of(number);
    }
    CHECK(number <= most_parts);
  }
  CHECK(PartSizes(8 * MiB, 64'000 * MiB).of(0) == 8 * MiB);
}

TEST_CASE("a size that was told and is wrong costs little, and leaves room") {
  // Too small: all the parts behind it grow as if nothing had been told.
  CHECK(capacity(PartSizes(8 * MiB, 10), 8 * MiB) >= most_object_size);
  CHECK(capacity(PartSizes(8 * MiB, 70'000 * MiB), 8 * MiB) >= 1024 * 1024 * MiB);
  // Too large: no part is larger than for 5 TiB.
  CHECK(PartSizes(8 * MiB, UINT64_MAX).of(0) <= 600 * MiB);
}

}  // namespace
}  // namespace larder::internal::s3
