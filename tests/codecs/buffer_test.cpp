// Memory that is used again: what it holds, and for whom it waits.
#include "codecs/buffer.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

using namespace larder;
using namespace larder::internal;

namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

bool holds(Bytes bytes, std::byte value) {
  return std::ranges::all_of(bytes, [&](std::byte byte) { return byte == value; });
}

}  // namespace

TEST_CASE("a buffer that grows keeps what it is told to keep") {
  Buffer buffer;
  std::size_t held = 0;
  for (const std::size_t size : {std::size_t{1}, std::size_t{1000}, 200'000 * std::size_t{1}, mebibyte, 5 * mebibyte}) {
    CAPTURE(size);
    const MutableBytes room = buffer.room(size, held);
    REQUIRE(room.size() == size);
    REQUIRE(buffer.size() >= size);
    CHECK(holds(Bytes(room).first(held), std::byte{7}));
    std::ranges::fill(room, std::byte{7});
    held = size;
  }
  CHECK(holds(buffer.first(held), std::byte{7}));
  CHECK(buffer.room(10).data() == buffer.first(1).data());
}

TEST_CASE("a buffer that was moved from is empty") {
  for (const std::size_t size : {std::size_t{10}, 3 * mebibyte}) {
    Buffer buffer;
    std::ranges::fill(buffer.room(size), std::byte{3});
    Buffer other = std::move(buffer);
    CHECK(holds(other.first(size), std::byte{3}));
    Buffer third;
    third = std::move(other);
    CHECK(holds(third.first(size), std::byte{3}));
  }
}

TEST_CASE("buffers are disjoint, however often their memory was used before") {
  for (int round = 0; round < 3; ++round) {
    std::vector<Buffer> buffers(40);
    std::size_t size = 100'000;
    for (Buffer& buffer : buffers) {
      std::ranges::fill(buffer.room(size), static_cast<std::byte>(size / 100'000));
      size += 100'000;
    }
    size = 100'000;
    for (const Buffer& buffer : buffers) {
      CHECK(holds(buffer.first(size), static_cast<std::byte>(size / 100'000)));
      size += 100'000;
    }
  }
}

TEST_CASE("bytes are appended, cut and cleared") {
  ByteSequence sequence;
  std::vector<std::byte> expected;
  for (int i = 0; i < 300'000; ++i) {
    const auto byte = static_cast<std::byte>(i * 7);
    sequence.push_back(byte);
    expected.push_back(byte);
  }
  CHECK(std::ranges::equal(Bytes(sequence), expected));
  sequence.cut(1000);
  expected.resize(1000);
  sequence.append(expected);
  expected.insert(expected.end(), expected.begin(), expected.begin() + 1000);
  CHECK(std::ranges::equal(Bytes(sequence), expected));
  CHECK(sequence.back() == expected.back());
  sequence.cut(5000);
  CHECK(sequence.size() == 2000);
  sequence.clear();
  CHECK(sequence.empty());
  sequence.append({});
  CHECK(sequence.empty());
}
