#include <larder/bytes.h>

#include <sys/resource.h>

#include <algorithm>
#include <cstdint>

#include "content.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

constexpr std::uint64_t gibi = std::uint64_t{1} << 30;

std::uint64_t most_resident_kib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::uint64_t>(usage.ru_maxrss);
}

TEST_CASE("an allocated region is writable, aligned and of the size asked for") {
  for (const std::uint64_t size : {0u, 1u, 63u, 1024u * 1024 - 1, 1024u * 1024, 5 * 1024u * 1024 + 1}) {
    const Region region = Region::allocate(size);
    REQUIRE(region.size() == size);
    CHECK(region.writable());
    CHECK_FALSE(region.mapped());
    CHECK(reinterpret_cast<std::uintptr_t>(region.data()) % 64 == 0);
    std::ranges::fill(region.mutable_bytes(), std::byte{7});
    CHECK(std::ranges::count(region.bytes(), std::byte{7}) == static_cast<std::ptrdiff_t>(size));
  }
}

TEST_CASE("a large region takes memory only where it is touched") {
  const std::uint64_t before = most_resident_kib();
  const Region region = Region::allocate(64 * gibi);
  region.mutable_bytes()[40 * gibi] = std::byte{1};
  CHECK(most_resident_kib() - before < 16 * 1024);
}

TEST_CASE("more memory than there can be is a limit") {
  for (const std::uint64_t size : {std::uint64_t{1} << 62, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    CHECK_ERROR(Region::allocate(size), limit);
  }
}

TEST_CASE("a copy is another's bytes in its own place") {
  Content content = pattern(1000);
  const Region copy = Region::copy_of(content);
  const std::byte first = content[0];
  content[0] = ~first;
  CHECK(copy.bytes()[0] == first);
  CHECK(copy.writable());
  CHECK(Region::copy_of({}).empty());
}

TEST_CASE("borrowed bytes are used where they are") {
  Content content = pattern(10);
  const Region fixed = Region::borrow(Bytes(content));
  CHECK(fixed.data() == content.data());
  CHECK_ERROR(fixed.mutable_bytes(), usage);
  const Region open = Region::borrow(MutableBytes(content));
  open.mutable_bytes()[3] = std::byte{99};
  CHECK(content[3] == std::byte{99});
}

TEST_CASE("adopted bytes live as long as the last owner") {
  auto keeper = std::make_shared<Content>(pattern(10));
  const std::weak_ptr<Content> watch = keeper;
  Region slice;
  {
    const Bytes bytes(*keeper);
    const Region region = Region::adopt(std::move(keeper), bytes);
    slice = region.slice(4, 3);
  }
  REQUIRE_FALSE(watch.expired());
  CHECK(slice.bytes()[0] == pattern(10)[4]);
  slice = Region();
  CHECK(watch.expired());
}

TEST_CASE("slices and reads stay inside") {
  const Region region = Region::copy_of(pattern(10));
  CHECK(region.slice(10, 0).empty());
  CHECK(equal(region.slice(2, 5).slice(1, 2).bytes(), Bytes(pattern(10)).subspan(3, 2)));
  CHECK_ERROR(region.slice(11, 0), usage);
  CHECK_ERROR(region.slice(1, 10), usage);
  CHECK_ERROR(region.slice(1, SIZE_MAX), usage);
  Content out(4);
  region.read(6, out);
  CHECK(equal(out, Bytes(pattern(10)).subspan(6)));
  CHECK_ERROR(region.read(7, out), usage);
  CHECK_ERROR(region.read(SIZE_MAX, out), usage);
  region.read(10, {});
}

TEST_CASE("no bytes at all") {
  const Region none;
  CHECK(none.empty());
  CHECK(none.bytes().empty());
  CHECK(none.slice(0, 0).empty());
  none.read(0, {});
}

}  // namespace
}  // namespace larder::testing
