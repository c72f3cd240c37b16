// Arrays of an arena that grow: their content stays, their old room is given back, limits hold.
#include <catch2/catch.hpp>

#include <algorithm>
#include <numeric>

#include <larder/document.h>

#include "document/records.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

using internal::Arena;

TEST_CASE("an array keeps its content while it grows from bytes to megabytes") {
  Arena arena(std::uint64_t{1} << 30);
  std::uint32_t* array = nullptr;
  std::size_t room = 0;
  for (std::size_t wanted = 1; wanted <= (std::size_t{1} << 21); wanted = wanted * 3 / 2 + 1) {
    INFO("from " << room << " to " << wanted);
    array = arena.grow_array(array, room, wanted);
    CHECK(reinterpret_cast<std::uintptr_t>(array) % 8 == 0);
    std::iota(array + room, array + wanted, static_cast<std::uint32_t>(room));
    room = wanted;
    // Something else in between, so that nothing has the room behind it for itself.
    std::fill_n(arena.make_array<std::byte>(room / 8 + 1), room / 8 + 1, std::byte{0xff});
  }
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < room; ++i) wrong += array[i] == i ? 0 : 1;
  CHECK(wrong == 0);
}

TEST_CASE("two large arrays that grow in turn do not meet") {
  Arena arena(std::uint64_t{1} << 30);
  std::uint64_t* arrays[2] = {};
  std::size_t room = 0;
  for (std::size_t wanted = 10'000; wanted <= 2'000'000; wanted *= 2) {
    for (std::uint64_t i = 0; i < 2; ++i) {
      arrays[i] = arena.grow_array(arrays[i], room, wanted);
      std::fill(arrays[i] + room, arrays[i] + wanted, i + 1);
    }
    room = wanted;
  }
  for (std::uint64_t i = 0; i < 2; ++i)
    CHECK(std::all_of(arrays[i], arrays[i] + room, [&](std::uint64_t word) { return word == i + 1; }));
}

TEST_CASE("a grown array leaves no old room behind") {
  constexpr std::size_t count = std::size_t{1} << 21;
  Arena arena(std::uint64_t{1} << 30);
  std::uint64_t* array = nullptr;
  for (std::size_t room = 0, wanted = 16; wanted <= count; room = wanted, wanted *= 2)
    array = arena.grow_array(array, room, wanted);
  CHECK(arena.size() >= count * sizeof *array);
  CHECK(arena.size() <= count * sizeof *array + 300'000);
  arena.drop_array(array);
  CHECK(arena.size() <= 300'000);
}

TEST_CASE("zeroed arrays are zero at any size, also where memory is used again") {
  Arena arena(std::uint64_t{1} << 30);
  for (const std::size_t count : {1u, 100u, 10'000u, 100'000u, 3'000'000u, 100'000u, 10'000u}) {
    INFO(count);
    auto* const words = arena.make_zeroed<std::uint64_t>(count);
    CHECK(std::all_of(words, words + count, [](std::uint64_t word) { return word == 0; }));
    std::fill_n(words, count, ~std::uint64_t{0});
    arena.drop_array(words);
  }
}

TEST_CASE("what the limit does not allow leaves the array as it was") {
  Arena arena(4'000'000);
  auto* array = arena.grow_array<std::uint64_t>(nullptr, 0, 300'000);
  std::iota(array, array + 300'000, std::uint64_t{0});
  CHECK_ERROR(arena.grow_array(array, 300'000, 600'000), limit);
  CHECK_ERROR(arena.make_zeroed<std::uint64_t>(300'000), limit);
  CHECK_ERROR(arena.grow_array(array, 300'000, ~std::size_t{0} / 8), limit);
  CHECK(array[299'999] == 299'999);
  CHECK(arena.size() <= 4'000'000);
}

TEST_CASE("a piece that is larger than a block does not end the block") {
  Arena arena(std::uint64_t{1} << 30);
  for (int i = 0; i < 40; ++i) {
    static_cast<void>(arena.allocate(1000));
    static_cast<void>(arena.allocate(std::size_t{20} << 20));
  }
  // 16 MiB, the largest block, is all that may be unused.
  CHECK(arena.size() <= 40 * (std::uint64_t{20} << 20) + 40 * 1000 + (std::uint64_t{17} << 20));
}

// Would take minutes if each share looked at all that is held.
TEST_CASE("any of very many held regions can be shared very often") {
  const Region whole = Region::copy_of(as_bytes(std::string(1'000'000, 'x')));
  Arena arena(1'000'000);
  std::vector<Bytes> held;
  for (std::size_t at = 0; at < 100'000; ++at) held.push_back(arena.hold(whole.slice(10 * at, 10)));
  for (std::size_t i = 0; i < 300'000; ++i) {
    const Bytes wanted = held[i % 7 * 1000];
    REQUIRE(arena.share(wanted).data() == wanted.data());
  }
}

TEST_CASE("held regions may begin at one address") {
  const Region whole = Region::copy_of(as_bytes("0123456789"));
  Arena arena(1000);
  const Bytes few = arena.hold(whole.slice(2, 3));
  const Bytes many = arena.hold(whole.slice(2, 8));
  const Bytes none = arena.hold(whole.slice(2, 0));
  CHECK(arena.share(many).bytes().size() == 8);
  CHECK(arena.share(few).bytes().size() == 3);
  CHECK(arena.share(none).empty());
  CHECK_ERROR(arena.share(Bytes(whole.data(), 1)), usage);
}

}  // namespace
}  // namespace larder::testing
