// lz4 and zstd: frames of blocks that larder writes, and frames of others that it reads block by block.
#include <array>
#include <cstring>
#include <utility>

#include "codecs/lz4/encoding.h"
#include "codecs/lz4/frame.h"
#include "codecs/xxhash.h"
#include "codecs/zstd/encoding.h"
#include "codecs/zstd/frame.h"
#include "codecs/zstd/independence.h"
#include "samples.h"
#include "tests/support/errors.h"

using namespace larder;
using namespace larder::internal;
using namespace larder::testing;

namespace {

Content compressed(const char* name, Bytes content, int level, int threads = 2) {
  return content_of(codec(name).compress(content, {.level = level, .threads = threads}));
}

// Block by block, or what is said instead.
Content in_blocks(const char* name, Bytes stream) {
  const auto below = memory_reader(stream);
  return read_to_end(*codec(name).reader(*below, {.threads = 3}), std::size_t{16} << 20);
}

// By the library's own decoder.
Content in_steps(const char* name, Bytes stream) {
  const auto below = trickle(stream, 1 << 20);
  return read_to_end(*codec(name).reader(*below, {.threads = 1}));
}

std::string outcome(const char* name, Bytes stream, int threads) {
  const auto below = memory_reader(stream);
  try {
    const Content content = read_to_end(*codec(name).reader(*below, {.threads = threads}), std::size_t{16} << 20);
    Xxh64 hash;
    hash.add(content);
    return std::to_string(hash.value());
  } catch (const Error& error) {
    return std::string(name_of(error.kind()));
  }
}

void check_round_trip(const char* name, const Content& content, int level) {
  CAPTURE(name, content.size(), level);
  const Content stream = compressed(name, content, level);
  CHECK((in_steps(name, stream) == content));
  CHECK((in_blocks(name, stream) == content));
}

Content repeated(const Content& part, std::size_t size) {
  Content result;
  while (result.size() < size) result.insert(result.end(), part.begin(), part.end());
  result.resize(size);
  return result;
}

// The blocks of a plain frame, and where each begins.
struct Plain {
  Content blocks{};
  std::vector<std::size_t> starts{};
};

Plain plain_blocks(Bytes content, int level) {
  const Content frame = compressed("zstd", content, level);
  const std::size_t header = zstd::parse_header(frame).value().size;
  Plain result{.blocks = Content(frame.begin() + static_cast<std::ptrdiff_t>(header), frame.end() - 4)};
  for (std::size_t at = 0; at < result.blocks.size();) {
    result.starts.push_back(at);
    at += zstd::BlockHeader::size + zstd::parse_block_header(result.blocks.data() + at).stored;
  }
  return result;
}

// Content that leaves unusual offsets behind.
Content odd_offsets() {
  Content result;
  for (std::size_t i = 0; i < 40; ++i) result = std::move(result) + noise(33 + i % 7, i % 5);
  return result;
}

std::size_t section() { return zstd::encoding(1)->block_size(); }

}  // namespace

TEST_CASE("xxh32 and xxh64 are those of the specification, however the bytes are cut") {
  const auto both = [](std::string_view text) {
    Xxh64 whole;
    whole.add(as_bytes(text));
    return std::pair(xxh32(as_bytes(text)), whole.value());
  };
  // Of the reference implementation, xxhsum.
  CHECK(both("") == std::pair(0x02cc5d05U, std::uint64_t{0xef46db3751d8e999U}));
  CHECK(both("abc") == std::pair(0x32d153ffU, std::uint64_t{0x44bc2cf5ad770999U}));
  const Content content = noise(1000);
  for (const std::size_t piece : std::initializer_list<std::size_t>{1, 7, 16, 31, 33, 500}) {
    Xxh32 small;
    Xxh64 large;
    Xxh64 whole;
    whole.add(content);
    for (std::size_t done = 0; done < content.size(); done += piece) {
      const Bytes part = Bytes(content).subspan(done, std::min(piece, content.size() - done));
      small.add(part);
      large.add(part);
    }
    CHECK(small.value() == xxh32(content));
    CHECK(large.value() == whole.value());
  }
}

TEST_CASE("lz4: blocks of every size at every end of a frame") {
  const std::size_t block = lz4::encoding(0)->block_size();
  for (const std::size_t size : {block - 1, block, block + 1, 2 * block, 3 * block + 4321}) {
    check_round_trip("lz4", mixture(size), 0);
    check_round_trip("lz4", noise(size), 0);
  }
  for (const int level : {-7, 1, 3, 9, 12}) check_round_trip("lz4", words(2 * block + 100'000), level);
  check_round_trip("lz4", Content(9 * block), 3);
}

TEST_CASE("lz4: a frame with checksums of its blocks and its size is read, and its damage is found") {
  const Content content = mixture(5'000'000);
  const Content ours = compressed("lz4", content, 1);
  const auto header = lz4::parse_header(ours).value();
  Content frame = lz4::make_header(
      {.block_checksums = true, .block_maximum = header.block_maximum, .content_size = content.size()});
  std::vector<std::size_t> places = {4, 5, 8, 14};
  for (std::size_t at = header.size;;) {
    std::uint32_t word = 0;
    std::memcpy(&word, ours.data() + at, sizeof word);
    const std::size_t size = word & ~lz4::stored_bit;
    const Bytes block = Bytes(ours).subspan(at, lz4::block_header_size + size);
    places.insert(places.end(), {frame.size(), frame.size() + 3, frame.size() + 4 + size / 2});
    frame.insert(frame.end(), block.begin(), block.end());
    if (size == 0) break;
    const std::uint32_t checksum = xxh32(block.subspan(lz4::block_header_size));
    const auto* const bytes = reinterpret_cast<const std::byte*>(&checksum);
    frame.insert(frame.end(), bytes, bytes + sizeof checksum);
    places.push_back(frame.size() - 1);
    at += block.size();
  }
  CHECK((in_steps("lz4", frame) == content));
  CHECK((in_blocks("lz4", frame) == content));
  CHECK(codec("lz4").is_checksummed(frame));
  for (const std::size_t place : places) {
    if (place >= frame.size()) continue;
    CAPTURE(place);
    Content damaged = frame;
    damaged[place] ^= std::byte{0x20};
    CHECK(outcome("lz4", damaged, 3) == outcome("lz4", damaged, 1));
  }
}

TEST_CASE("zstd: sections of every size at every end of a frame") {
  for (const std::size_t size : {section() - 1, section(), section() + 1, 2 * section(), 2 * section() + 77'777})
    check_round_trip("zstd", words(size), 1);
  check_round_trip("zstd", mixture(section() + 500'000), 3);
  check_round_trip("zstd", mixture(section() + 500'000), 9);
  check_round_trip("zstd", noise(2 * section() + 5), -5);
}

TEST_CASE("zstd: sections that would go on with offsets of the one before") {
  const std::size_t size = 2 * section() + 100'000;
  for (const std::size_t period : std::initializer_list<std::size_t>{1, 2, 3, 4, 8, 13, 50'000}) {
    for (const int level : {-1, 1, 3, 6}) check_round_trip("zstd", repeated(noise(period), size), level);
  }
  // Runs of all lengths around the start of the second section.
  Content content = words(size);
  for (std::size_t run = 1; run < 40; run += 3) {
    std::fill_n(content.begin() + static_cast<std::ptrdiff_t>(section() - run / 2), run, std::byte{0});
    check_round_trip("zstd", content, 1);
  }
}

TEST_CASE("zstd: what is called independent is the same behind any other blocks, and little else is") {
  const Content before = odd_offsets();
  const Plain front = plain_blocks(before, 1);
  std::size_t independent = 0;
  std::size_t same_by_chance = 0;  // a run that is copied from further back in itself
  int which = -1;
  for (const Content& content :
       {noise(300'000), words(300'000), mixture(300'000), Content(300'000), repeated(noise(4), 300'000),
        repeated(noise(8), 200'000) + words(100'000), Content(5) + words(200'000), noise(200'000) + Content(100'000)}) {
    ++which;
    for (const int level : {-3, 1, 3, 5, 9, 13, 18}) {
      const Plain own = plain_blocks(content, level);
      Content joined = zstd::make_header({.window = std::uint64_t{1} << 20});
      joined = std::move(joined) + front.blocks;
      joined[joined.size() - front.blocks.size() + front.starts.back()] &= ~std::byte{1};
      joined = std::move(joined) + own.blocks;
      Content result;
      try {
        result = in_steps("zstd", joined);
      } catch (const Error&) {
      }
      CAPTURE(which, level);
      const bool same = result == before + content;
      const bool called = zstd::uses_own_offsets(own.blocks);
      if (called) CHECK(same);
      independent += called;
      same_by_chance += same && !called;
    }
  }
  CHECK(independent > 20);
  CHECK(independent < 50);
  CHECK(same_by_chance <= 2);
}

TEST_CASE("zstd: damaged blocks are not called independent by mistake, nor looked at behind their end") {
  INFO("seed " << noise_seed);
  const Plain good = plain_blocks(mixture(200'000), 3);
  for (std::size_t bit = 0; bit < 4000; ++bit) {
    Content damaged = good.blocks;
    damaged[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
    static_cast<void>(zstd::uses_own_offsets(damaged));
  }
  for (std::size_t size = 0; size < 600; ++size)
    CHECK_FALSE((size != 0 && zstd::uses_own_offsets(Bytes(good.blocks).first(size))));
}

TEST_CASE("zstd: marks in the content, and marks before blocks that need those before them, mislead nobody") {
  std::array<std::byte, zstd::mark_size> mark{};
  zstd::make_mark({.stored = 1000, .content = 5000, .window = 1 << 20}, mark);
  CHECK(zstd::parse_mark(mark)->content == 5000);
  const Content marks = repeated(Content(mark.begin(), mark.end()), 6'000'000);
  check_round_trip("zstd", noise(1'000'000) + marks + noise(1'000'000), 1);

  const Content content = words(5'000'000);
  const Plain plain = plain_blocks(content, 1);
  Content frame = zstd::make_header({.window = std::uint64_t{8} << 20});
  constexpr std::size_t together = 8;
  for (std::size_t i = 0; i < plain.starts.size(); i += together) {
    const bool ends = i + together >= plain.starts.size();
    const std::size_t stop = ends ? plain.blocks.size() : plain.starts[i + together];
    const std::size_t in_front = i * zstd::most_block_content;
    zstd::make_mark({.stored = stop - plain.starts[i],
                     .content = std::min(together * zstd::most_block_content, content.size() - in_front),
                     .window = std::uint64_t{8} << 20},
                    mark);
    frame.insert(frame.end(), mark.begin(), mark.end());
    const auto from = plain.blocks.begin() + static_cast<std::ptrdiff_t>(plain.starts[i]);
    frame.insert(frame.end(), from, plain.blocks.begin() + static_cast<std::ptrdiff_t>(stop));
    if (ends) frame[frame.size() - (stop - plain.starts.back())] &= ~std::byte{1};
  }
  frame.insert(frame.end(), zstd::last_block.begin(), zstd::last_block.end());
  CHECK((in_steps("zstd", frame) == content));
  CHECK((in_blocks("zstd", frame) == content));
}

TEST_CASE("zstd: what is damaged around marks is answered as by the decoder alone") {
  const Content stream = compressed("zstd", words(2 * section() + 1000), 1);
  const std::size_t header = zstd::parse_header(stream)->size;
  const std::size_t second = header + zstd::mark_size + zstd::parse_mark(Bytes(stream).subspan(header))->stored;
  std::vector<std::size_t> places = {4, 5, 6, 13, stream.size() - 1, stream.size() - 5, stream.size() - 7};
  for (std::size_t i = 0; i < zstd::mark_size; i += 5) places.insert(places.end(), {header + i, second + i});
  for (const std::size_t place : places) {
    for (const unsigned bit : {0U, 1U, 6U}) {
      CAPTURE(place, bit);
      Content damaged = stream;
      damaged[place] ^= static_cast<std::byte>(1U << bit);
      CHECK(outcome("zstd", damaged, 3) == outcome("zstd", damaged, 1));
    }
  }
}

TEST_CASE("zstd: levels with large windows are written as one section of any length") {
  const Content content = words(1'000'000);
  CHECK(zstd::encoding(20) == nullptr);
  CHECK((in_blocks("zstd", compressed("zstd", content, 20)) == content));
}

TEST_CASE("zstd: short frames one after another are read together, and left one by one") {
  const std::vector<Content> contents = {mixture(700'000), words(1'200'000), {}, noise(100'000), mixture(900'000)};
  Content stream;
  Content all;
  for (const Content& content : contents) {
    // As pzstd writes them: each behind a skippable frame with the length of the next.
    stream = std::move(stream) + from_hex("50 2a 4d 18 04 00 00 00 01 02 03 04") + compressed("zstd", content, 1);
    all = all + content;
  }
  CHECK((in_blocks("zstd", stream) == all));
  CHECK((in_steps("zstd", stream) == all));
  CHECK((in_blocks("zstd", stream + compressed("zstd", words(2 * section()), 1)) == all + words(2 * section())));
  CHECK(outcome("zstd", stream + content_of("no frame"), 3) == "malformed");

  const auto below = memory_reader(stream);
  const auto reader = codec("zstd").reader(*below, {.threads = 3});
  for (const Content& content : contents) {
    if (content.empty()) continue;
    CHECK_FALSE(reader->peek(1).empty());  // passes over what has no content
    CHECK(reader->finish() == content.size());
  }
  CHECK(below->position() == stream.size());
  for (const std::size_t place : {std::size_t{20}, stream.size() / 2, stream.size() - 2, stream.size() - 100'000}) {
    CAPTURE(place);
    Content damaged = stream;
    damaged[place] ^= std::byte{0x10};
    CHECK(outcome("zstd", damaged, 3) == outcome("zstd", damaged, 1));
    CHECK(outcome("zstd", Bytes(stream).first(place), 3) == outcome("zstd", Bytes(stream).first(place), 1));
  }
}
