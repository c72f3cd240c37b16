#include "io/zero_pages.h"

#include <algorithm>
#include <fstream>
#include <vector>

#include "tests/support/errors.h"

namespace larder::testing {
namespace {

using internal::ZeroPages;

bool is_zero(Bytes bytes) {
  return std::ranges::all_of(bytes, [](std::byte byte) { return byte == std::byte{0}; });
}

std::size_t mappings() {
  std::ifstream maps("/proc/self/maps");
  std::size_t count = 0;
  for (std::string line; std::getline(maps, line);) ++count;
  return count;
}

TEST_CASE("zeros are read, and written where they were opened") {
  ZeroPages pages;
  const Region before = pages.take(100);
  const Region wanted = pages.take(100'000);
  const Region behind = pages.take(5000);
  for (const Region* const region : {&before, &wanted, &behind}) {
    CHECK(is_zero(region->bytes()));
    CHECK(reinterpret_cast<std::uintptr_t>(region->data()) % 64 == 0);
    CHECK_FALSE(region->mapped());
  }
  ZeroPages::open(wanted);
  std::ranges::fill(wanted.mutable_bytes(), std::byte{0xee});
  CHECK(is_zero(before.bytes()));
  CHECK(is_zero(behind.bytes()));
}

TEST_CASE("regions of zeros do not overlap, are no mapping each, and outlive their maker") {
  constexpr std::size_t count = 20'000;
  std::vector<Region> regions;
  const std::size_t mapped_before = mappings();
  {
    ZeroPages pages;
    for (std::size_t i = 0; i < count; ++i) regions.push_back(pages.take(1 + i % 10'000));
  }
  CHECK(mappings() < mapped_before + 50);
  std::vector<const Region*> sorted;
  for (const Region& region : regions) sorted.push_back(&region);
  std::ranges::sort(sorted, {}, [](const Region* region) { return region->data(); });
  for (std::size_t i = 1; i < count; ++i) CHECK(sorted[i - 1]->data() + sorted[i - 1]->size() <= sorted[i]->data());
  for (const Region& region : regions) ZeroPages::open(region);
  regions.back().mutable_bytes().back() = std::byte{1};
  CHECK(is_zero(regions.front().bytes()));
}

TEST_CASE("zeros may be many more than there is memory") {
  ZeroPages pages;
  std::vector<Region> regions;
  for (int i = 0; i < 100; ++i) regions.push_back(pages.take(std::uint64_t{10} << 30));
  CHECK(regions.back().bytes().back() == std::byte{0});
}

TEST_CASE("zeros for which there are no addresses are a limit") {
  ZeroPages pages;
  for (const std::uint64_t size : {std::uint64_t{1} << 62, std::uint64_t{1} << 63, ~std::uint64_t{0}})
    CHECK_ERROR(pages.take(size), limit);
  CHECK(pages.take(10).size() == 10);
}

TEST_CASE("no zeros are no bytes") {
  ZeroPages pages;
  const Region none = pages.take(0);
  CHECK(none.empty());
  ZeroPages::open(none);
}

}  // namespace
}  // namespace larder::testing
