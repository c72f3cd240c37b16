// bz2 streams: written by larder's coder, read by it in blocks and, from sources that cannot seek, by libbz2.
#include "samples.h"
#include "tests/support/errors.h"
#include "tests/support/sanitized.h"

using namespace larder;
using namespace larder::testing;

namespace {

Content compressed(Bytes content, int level, int threads = 2) {
  return content_of(codec("bz2").compress(content, {.level = level, .threads = threads}));
}

// In blocks, on several threads.
Content in_blocks(Bytes stream, int threads = 3) {
  const auto below = memory_reader(stream);
  return read_to_end(*codec("bz2").reader(*below, {.threads = threads}), std::size_t{4} << 20);
}

// By libbz2.
Content in_steps(Bytes stream) {
  const auto below = trickle(stream, 100'000);
  return read_to_end(*codec("bz2").reader(*below));
}

void check_round_trip(const Content& content, int level) {
  CAPTURE(content.size(), level);
  const Content stream = compressed(content, level);
  CHECK((in_steps(stream) == content));
  CHECK((in_blocks(stream) == content));
}

Content repeated(const Content& part, std::size_t times) {
  Content result;
  for (std::size_t k = 0; k < times; ++k) result.insert(result.end(), part.begin(), part.end());
  return result;
}

// Content of just these bytes. Each block begins with a map of the bytes that it has, and so of any bits one likes.
Content with_map(std::initializer_list<unsigned> ranges, std::size_t size) {
  std::vector<std::byte> letters;
  unsigned first = 0;
  for (const unsigned range : ranges) {
    for (unsigned k = 0; k < 16; ++k)
      if (range >> (15 - k) & 1) letters.push_back(static_cast<std::byte>(first + k));
    first += 16;
  }
  Content content = noise(size);
  for (std::byte& byte : content) byte = letters[std::to_integer<std::size_t>(byte) % letters.size()];
  return content;
}

}  // namespace

TEST_CASE("bz2: all levels, and content of all kinds") {
  for (int level = 1; level <= 9; ++level) check_round_trip(mixture(1'000'000), level);
  for (const int level : {1, 9}) {
    check_round_trip({}, level);
    check_round_trip(content_of("x"), level);
    check_round_trip(content_of("xy"), level);
    check_round_trip(Content(3'000'000, std::byte{0}), level);
    check_round_trip(repeated(content_of("ab"), 500'000), level);
    check_round_trip(repeated(words(1000), 1500), level);
    check_round_trip(repeated(noise(49'990), 21), level);
  }
}

TEST_CASE("bz2: runs of all lengths, also where blocks meet") {
  Content content;
  for (std::size_t length = 1; length <= 520; ++length)
    content = content + Content(length, static_cast<std::byte>(length % 3));
  check_round_trip(content, 1);
  for (std::size_t before = 99'960; before < 99'990; before += 3)
    for (const std::size_t length : {3U, 4U, 5U, 255U, 256U, 259U, 1000U})
      check_round_trip(noise(before) + Content(length, std::byte{5}) + noise(300), 1);
}

TEST_CASE("bz2: blocks are larger after decompression than anybody expects") {
  // Runs of 200 bytes take 5 in a block: several MB of content, and at last more than is decoded in blocks.
  Content runs;
  for (std::size_t k = 0; k < 60'000; ++k) runs.insert(runs.end(), 200, static_cast<std::byte>(k * k % 251));
  check_round_trip(noise(300'000) + runs + words(200'000), 1);
  check_round_trip(noise(300'000) + runs + runs + noise(100'000), 9);
}

TEST_CASE("bz2: the bits of a magic within a block mislead nobody") {
  for (const std::size_t size : {150'000U, 1'000'000U}) {
    for (const Content& content :
         {with_map({0x3141, 0x5926, 0x5359}, size), with_map({0x1772, 0x4538, 0x5090}, size)}) {
      const Content stream = compressed(content, 1);
      CHECK((in_steps(stream) == content));
      CHECK((in_blocks(stream, 1) == content));
      CHECK((in_blocks(stream) == content));
    }
  }
}

TEST_CASE("bz2: several streams are one content, and each ends where it ends") {
  const Content parts[] = {words(500'000), {}, noise(200'000), {}, {}, words(350'000)};
  Content streams;
  Content whole;
  int level = 1;
  for (const Content& part : parts) {
    streams = streams + compressed(part, level);
    whole = whole + part;
    level = level % 9 + 1;
  }
  for (const int threads : {1, 2, 5}) CHECK((in_blocks(streams, threads) == whole));

  const Content first = compressed(parts[0], 1);
  const auto below = memory_reader(streams);
  const auto reader = codec("bz2").reader(*below, {.threads = 2});
  Content some(1000);
  reader->read_exactly(some, "some");
  reader->finish();
  CHECK(below->position() == first.size());
  CHECK((read_to_end(*codec("bz2").reader(*below, {.threads = 2})) == Content(whole.begin() + 500'000, whole.end())));
}

TEST_CASE(
    "bz2: many short streams, as pbzip2 writes them, are decoded at the same time, and damage in one is its own") {
  Content streams;
  Content whole;
  std::vector<std::size_t> starts;
  for (std::size_t k = 0; k < 20; ++k) {
    const Content part = noise(30'000 + k * 1000, noise_seed + k);
    starts.push_back(streams.size());
    streams = streams + compressed(part, 1);
    whole = whole + part;
  }
  for (const int threads : {1, 2, 7}) CHECK((in_blocks(streams, threads) == whole));

  // Each stream can be read alone, and the source then stands where it ends.
  const auto below = memory_reader(streams);
  const auto reader = codec("bz2").reader(*below, {.threads = 3});
  for (std::size_t k = 1; k < starts.size(); ++k) {
    Content some(29'999);
    reader->read_exactly(some, "some");
    reader->finish();
    CHECK(below->position() == starts[k]);
  }

  for (const std::size_t k : {0U, 1U, 11U, 19U}) {
    const std::size_t size = (k + 1 < starts.size() ? starts[k + 1] : streams.size()) - starts[k];
    for (const std::size_t place : {std::size_t{0}, std::size_t{2}, std::size_t{5}, size / 2, size - 2}) {
      CAPTURE(k, place);
      Content damaged = streams;
      damaged[starts[k] + place] ^= std::byte{0x10};
      CHECK_ERROR(in_blocks(damaged), malformed);
      const auto steady = memory_reader(damaged);
      const auto until_damage = codec("bz2").reader(*steady, {.threads = 3});
      std::size_t right = 0;
      for (std::size_t part = 0; part < k; ++part) right += 30'000 + part * 1000;
      Content before(right);
      until_damage->read_exactly(before, "what stands before the damage");
      CHECK(std::equal(before.begin(), before.end(), whole.begin()));
    }
  }
  CHECK_ERROR(in_blocks(streams + content_of("rubbish behind")), malformed);

  const Content empty = compressed({}, 9);
  Content many;
  for (int k = 0; k < 20'000; ++k) many.insert(many.end(), empty.begin(), empty.end());
  CHECK_ERROR(in_blocks(many), limit);
}

TEST_CASE("bz2: a wrong checksum of the stream, or of its last block, is seen by many threads as by one") {
  const Content content = words(400'000);
  const Content stream = compressed(content, 1);
  for (std::size_t back = 1; back <= 12; ++back) {
    CAPTURE(back);
    Content damaged = stream;
    damaged[damaged.size() - back] ^= std::byte{0x80};
    CHECK_ERROR(in_blocks(damaged), malformed);
    CHECK_ERROR(in_steps(damaged), malformed);
  }
  CHECK_ERROR(in_blocks(stream + content_of("BZ")), malformed);
  CHECK_ERROR(in_blocks(Bytes(stream).first(stream.size() - 1)), truncated);
}

TEST_CASE("bz2: each thread takes some megabytes") {
  if (sanitized) return;  // they hold freed memory back
  const Content content = mixture(7'000'000);
  const Content stream = compressed(content, 9);
  for (const int threads : {1, 2}) {
    CAPTURE(threads);
    // A block before and after its work for each thread and one more, beside what a thread works with.
    const std::uint64_t most = (static_cast<std::uint64_t>(threads) * 8 + 10) << 20;
    CHECK(peak_memory_of([&] {
            MemoryWriter target;
            const auto writer = codec("bz2").writer(target, {.level = 9, .threads = threads});
            for (std::size_t at = 0; at < content.size(); at += 100'000)
              writer->write(Bytes(content).subspan(at).first(std::min<std::size_t>(100'000, content.size() - at)));
            writer->finish();
          }) < most + stream.size() * 2);
    CHECK(peak_memory_of([&] {
            const auto below = memory_reader(stream);
            const auto reader = codec("bz2").reader(*below, {.threads = threads});
            Content piece(100'000);
            while (reader->read(piece) != 0) {
            }
          }) < most);
  }
}
