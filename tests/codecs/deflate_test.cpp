// How zlib streams and gzip members are written: in blocks, always the same, never much larger than the content.
#include <algorithm>
#include <random>
#include <thread>

#include "codecs/deflate_effort.h"
#include "codecs/deflate_encoding.h"
#include "codecs/isal.h"
#include "codecs/libdeflate.h"
#include "codecs/libz.h"
#include "samples.h"
#include "tests/support/errors.h"

using namespace larder;
using namespace larder::internal;
using namespace larder::testing;

namespace {

constexpr std::string_view block_end("\0\0\xff\xff", 4);

std::size_t count_of_block_ends(const Content& compressed) {
  std::size_t count = 0;
  const std::string_view text = as_text(compressed);
  for (std::size_t at = text.find(block_end); at != text.npos; at = text.find(block_end, at + 1)) ++count;
  return count;
}

std::size_t block_size(int level) { return deflate_encoding(Wrapper::zlib, level)->block_size(); }

// Numbers whose low bytes are noise, as measurements are.
Content measurements(std::size_t size) {
  std::mt19937_64 random(noise_seed);
  Content result;
  result.reserve(size);
  for (std::uint64_t value = 0; result.size() < size; value += random() % 1000) {
    for (unsigned at = 0; at < 64 && result.size() < size; at += 8)
      result.push_back(static_cast<std::byte>(value >> at));
  }
  return result;
}

std::vector<DeflateEffort> efforts() {
  std::vector<DeflateEffort> all;
  for (const auto& [library, levels] : {std::pair(isal_deflate(), 3), {libdeflate_deflate(), 9}, {libz_deflate(), 9}}) {
    for (int level = 1; library != nullptr && level <= levels; ++level) all.push_back({library, level});
  }
  return all;
}

Content deflated(const DeflateEffort& effort, const Content& content) {
  Content out(content.size() * 2 + 1000);
  out.resize(effort.library->deflate(effort.level, content, false, out));
  return out;
}

}  // namespace

TEST_CASE("zlib and gzip streams have an end of a block behind each block but the last") {
  for (const std::string_view name : {"zlib", "gzip"}) {
    for (const int level : {1, 3, 6, 9}) {
      CAPTURE(name, level);
      const std::size_t size = block_size(level);
      const Content content = measurements(3 * size);
      CHECK(count_of_block_ends(packed(codec(name), Bytes(content).first(size), level)) == 0);
      CHECK(count_of_block_ends(packed(codec(name), Bytes(content).first(size + 1), level)) == 1);
      const Content compressed = packed(codec(name), content, level);
      CHECK(count_of_block_ends(compressed) == 2);
      CHECK((unpacked(codec(name), compressed) == content));
    }
  }
}

TEST_CASE("zlib and gzip add little to what does not shrink") {
  constexpr std::size_t wrapping = 18;
  const auto stored = [](std::size_t size, std::size_t blocks) { return size + (size / 0xffff + 3 * blocks) * 5; };
  for (const int level : {1, 3, 6, 9}) {
    for (const std::size_t size : {std::size_t{1}, std::size_t{100}, std::size_t{70'000}, 3 * block_size(level)}) {
      CAPTURE(level, size);
      const Content content = noise(size);
      const Content compressed = packed(codec("gzip"), content, level);
      CHECK(compressed.size() <= stored(size, 3) + wrapping);
      CHECK((unpacked(codec("gzip"), compressed) == content));
    }
  }
}

TEST_CASE("an empty zlib stream is as zlib writes it") {
  CHECK((packed(codec("zlib"), {}) == from_hex("78 5e 03 00 00 00 00 01")));
  CHECK((packed(codec("gzip"), {}) == from_hex("1f 8b 08 00 00 00 00 00 00 03  03 00  00 00 00 00  00 00 00 00")));
}

TEST_CASE("what was compressed before does not matter, nor does what others compress meanwhile") {
  const std::vector<Content> contents = {noise(30'000), words(50'000), Content(70'000), measurements(40'000)};
  for (const DeflateEffort& effort : efforts()) {
    CAPTURE(effort.library->name, effort.level);
    std::vector<Content> first;
    for (const Content& content : contents) first.push_back(deflated(effort, content));
    std::vector<std::thread> threads;
    std::vector<char> same(4, 1);
    for (std::size_t thread = 0; thread < same.size(); ++thread) {
      threads.emplace_back([&, thread] {
        for (std::size_t at = 0; at < contents.size(); ++at) {
          const std::size_t which = (at * 3 + thread) % contents.size();
          if (deflated(effort, contents[which]) != first[which]) same[thread] = 0;
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK((same == std::vector<char>(same.size(), 1)));
  }
}

TEST_CASE("a library says when there is too little room") {
  const Content content = noise(1'000);
  for (const DeflateEffort& effort : efforts()) {
    for (const bool last : {false, true}) {
      CAPTURE(effort.library->name, effort.level, last);
      for (const std::size_t size :
           {std::size_t{0}, std::size_t{1}, std::size_t{4}, std::size_t{5}, std::size_t{900}}) {
        Content out(size + 16, std::byte{0x77});
        CHECK(effort.library->deflate(effort.level, content, last, MutableBytes(out).first(size)) == 0);
        CHECK(std::count(out.begin() + static_cast<std::ptrdiff_t>(size), out.end(), std::byte{0x77}) == 16);
      }
    }
  }
}

TEST_CASE("each level of zlib and gzip says who serves it") {
  for (const std::string_view name : {"zlib", "gzip"}) {
    const std::vector<LevelEngine>& engines = codec(name).info().engines;
    REQUIRE(engines.size() == 9);
    for (int level = 1; level <= 9; ++level) {
      const LevelEngine& engine = engines[static_cast<std::size_t>(level - 1)];
      CHECK(engine.from == level);
      CHECK(engine.to == level);
      CHECK(!engine.engine.empty());
    }
  }
}

TEST_CASE("the choice of an effort depends on the block alone") {
  for (int level = 1; level <= 9; ++level) {
    const DeflateChoice choice(level);
    for (const Content& block : {words(200'000), noise(200'000), measurements(200'000), words(1'000)}) {
      Content scratch(block.size());
      const DeflateEffort first = choice.effort_for(block, scratch);
      const DeflateEffort second = DeflateChoice(level).effort_for(block, scratch);
      CHECK(first.library == second.library);
      CHECK(first.level == second.level);
    }
  }
}
