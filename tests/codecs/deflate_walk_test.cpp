// Where deflate data ends: found in what every library writes, and nothing found in what is none.
#include <algorithm>
#include <random>

#include "codecs/deflate_walk.h"
#include "codecs/isal.h"
#include "codecs/libdeflate.h"
#include "codecs/libz.h"
#include "samples.h"
#include "tests/support/errors.h"

using namespace larder;
using namespace larder::internal;
using namespace larder::testing;

namespace {

struct Library {
  const DeflateLibrary* library;
  int levels;
};

std::vector<Library> libraries() {
  std::vector<Library> all = {{isal_deflate(), 3}, {libdeflate_deflate(), 12}, {libz_deflate(), 9}};
  std::erase_if(all, [](const Library& one) { return one.library == nullptr; });
  return all;
}

Content deflated(const DeflateLibrary& library, int level, Bytes content, bool last) {
  Content out(content.size() + content.size() / 8 + 1000);
  out.resize(library.deflate(level, content, last, out));
  REQUIRE(!out.empty());
  return out;
}

std::vector<Content> contents() {
  return {content_of("a"), content_of("to be or not to be, that is to be"),
          noise(1'000),    words(20'000),
          mixture(90'000), Content(100'000),
          noise(70'000),   words(50'000) + noise(70'000)};
}

// Zlib's name for content that was compressed to `blocks`, which are all of a stream but its wrapping.
Content as_gzip(const Content& blocks, Bytes content) {
  const auto number = [](std::uint64_t value) {
    Content bytes;
    for (int at = 0; at < 4; ++at, value >>= 8) bytes.push_back(static_cast<std::byte>(value));
    return bytes;
  };
  return from_hex("1f 8b 08 00 00 00 00 00 00 03") + blocks + number(testing::crc32(content)) + number(content.size());
}

}  // namespace

TEST_CASE("the last block of deflate data is found") {
  for (const auto& [library, levels] : libraries()) {
    for (int level = 1; level <= levels; ++level) {
      for (const Content& content : contents()) {
        CAPTURE(library->name, level, content.size());
        const Content data = deflated(*library, level, content, true);
        const auto block = last_block(data);
        REQUIRE(block.has_value());
        CHECK((block->end + 7) / 8 == data.size());
        CHECK(block->header < block->end);
        CHECK((data[block->header / 8] >> block->header % 8 & std::byte{1}) == std::byte{1});
      }
    }
  }
}

TEST_CASE("blocks that are not the last can be followed by anything") {
  const Content end = from_hex("03 00");
  const Content between = from_hex("00 00 ff ff");
  for (const auto& [library, levels] : libraries()) {
    for (int level = 1; level <= levels; ++level) {
      Content stream;
      Content all;
      for (const Content& content : contents()) {
        CAPTURE(library->name, level, content.size());
        const Content block = deflated(*library, level, content, false);
        CHECK(std::equal(between.rbegin(), between.rend(), block.rbegin()));
        CHECK((unpacked(codec("gzip"), as_gzip(block + end, content)) == content));
        CHECK(!last_block(block).has_value());
        CHECK(last_block(block + end)->header == block.size() * 8);
        stream = std::move(stream) + block;
        all = std::move(all) + content;
      }
      CHECK((unpacked(codec("gzip"), as_gzip(stream + end, all)) == all));
    }
  }
}

TEST_CASE("deflate data that is cut, damaged or none at all ends nowhere, or within itself") {
  INFO("seed " << noise_seed);
  std::mt19937_64 random(noise_seed);
  const auto lies_within = [](const Content& data) {
    const auto block = last_block(data);
    return !block || (block->header < block->end && block->end <= data.size() * 8);
  };
  for (const auto& [library, levels] : libraries()) {
    const Content whole = deflated(*library, levels, mixture(8'000), true);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      if (last_block(Bytes(whole).first(size))) FAIL("a cut after " << size << " bytes was not seen");
    }
    for (int round = 0; round < 1'000; ++round) {
      Content damaged = whole;
      for (int count = 0; count <= round % 3; ++count)
        damaged[random() % (round % 2 == 0 ? 100 : damaged.size())] ^= static_cast<std::byte>(1U << random() % 8);
      if (!lies_within(damaged)) FAIL("damage in round " << round << " led out of the data");
    }
  }
  for (std::uint64_t round = 0; round < 3'000; ++round) {
    if (!lies_within(noise(random() % 300, round))) FAIL("noise of seed " << round << " led out of the data");
  }
}

TEST_CASE("codes that cannot be are refused") {
  CHECK(!last_block({}));
  CHECK(!last_block(from_hex("07")));                 // no such kind of block
  CHECK(!last_block(from_hex("01 01 00 ff ff 61")));  // the length of stored bytes and its complement
  CHECK(!last_block(from_hex("01 05 00 fa ff 61")));  // fewer stored bytes than it says
  CHECK(last_block(from_hex("01 01 00 fe ff 61"))->end == 48);
  CHECK(last_block(from_hex("03 00"))->end == 10);
  CHECK(!last_block(from_hex("fd ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff")));  // 288 codes for literals
}
