// The drivers of codecs that work block by block, on a toy format: the same bytes for any number of threads, and the
// Decoder's answer for whatever the blocks turn out to be.
#include <atomic>

#include "codecs/block_writer.h"
#include "codecs/decoding_reader.h"
#include "codecs/ordered_work.h"
#include "samples.h"
#include "tests/support/errors.h"
#include "toy_blocks.h"

using namespace larder;
using namespace larder::internal;
using namespace larder::testing;

namespace {

constexpr std::size_t block_size = 1000;

Content written(Bytes content, std::size_t threads, std::size_t piece) {
  MemoryWriter target;
  BlockWriter writer(target, toy_encoding(block_size), "toy", threads);
  for (std::size_t done = 0; done < content.size(); done += piece)
    writer.write(content.subspan(done, std::min(piece, content.size() - done)));
  writer.finish();
  return target.take();
}

// The same in blocks of that size, put together by hand.
Content expected_stream(const Content& content) {
  std::vector<std::size_t> sizes(content.size() / block_size, block_size);
  if (content.size() % block_size != 0 || sizes.empty()) sizes.push_back(content.size() % block_size);
  return toy_stream(content, sizes);
}

// What a reader gives, or the kind and words of its error; and where it leaves the source.
struct Answer {
  Content content{};
  std::string error{};
  std::uint64_t position = 0;
  bool operator==(const Answer&) const = default;
};

Answer answer(Bytes stream, const Decoding& decoding, std::size_t piece, bool finish = true) {
  const auto below = memory_reader(stream);
  Answer result;
  try {
    DecodingReader reader(*below, decoding, "toy", {});
    Content buffer(piece);
    while (const std::size_t size = reader.read(buffer)) {
      result.content.insert(result.content.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(size));
    }
    if (finish) reader.finish();
    result.position = below->position();
  } catch (const Error& error) {
    result.error = error.what();
    result.content.clear();  // how much came before depends on the piece
  }
  return result;
}

Decoding sequential() {
  Decoding decoding = toy_decoding(1, 0, 0);
  decoding.blocks = {};
  return decoding;
}

// Content full of "##" once it is flipped.
Content full_of_marks(std::size_t size) {
  Content content = noise(size);
  for (std::size_t i = 0; i + 1 < size; i += 97) content[i] = content[i + 1] = std::byte{'#'} ^ std::byte{0x55};
  return content;
}

}  // namespace

TEST_CASE("jobs are taken in order, whoever runs them") {
  for (const std::size_t threads : std::initializer_list<std::size_t>{1, 2, 5}) {
    OrderedWork work(threads);
    std::vector<int> results(1000);
    int taken = 0;
    for (int i = 0; i < 1000; ++i) {
      while (work.pending() >= work.enough()) {
        work.take();
        CHECK(results[static_cast<std::size_t>(taken)] == taken + 1);
        ++taken;
      }
      work.give([&results, i](std::size_t) { results[static_cast<std::size_t>(i)] = i + 1; });
    }
    while (work.pending() != 0) {
      work.take();
      CHECK(results[static_cast<std::size_t>(taken)] == taken + 1);
      ++taken;
    }
    CHECK(taken == 1000);
  }
}

TEST_CASE("one thread is the caller's, and no number of a thread is used by two at once") {
  {
    OrderedWork work(1);
    const auto self = std::this_thread::get_id();
    work.give([self](std::size_t thread) { CHECK((thread == 0 && std::this_thread::get_id() == self)); });
    work.take();
  }
  constexpr std::size_t threads = 4;
  OrderedWork work(threads);
  std::vector<std::atomic<int>> inside(threads);
  std::atomic<int> clashes = 0;
  for (int i = 0; i < 500; ++i) {
    if (work.pending() >= work.enough()) work.take();
    work.give([&](std::size_t thread) {
      if (thread >= threads || inside[thread].fetch_add(1) != 0) ++clashes;
      std::this_thread::yield();
      --inside[thread];
    });
  }
  while (work.pending() != 0) work.take();
  CHECK(clashes == 0);
}

TEST_CASE("what a job throws reaches whoever takes it, and the others go on") {
  for (const std::size_t threads : std::initializer_list<std::size_t>{1, 3}) {
    OrderedWork work(threads);
    int done = 0;
    work.give([](std::size_t) { throw Error(ErrorKind::io, "the disk is gone"); });
    work.give([&](std::size_t) { ++done; });
    CHECK_ERROR(work.take(), io);
    work.take();
    CHECK(done == 1);
    work.give([](std::size_t) { throw Error(ErrorKind::io, "nobody takes this"); });
  }
}

TEST_CASE("jobs that are dropped run wholly or not at all") {
  std::atomic<int> begun = 0;
  std::atomic<int> ended = 0;
  {
    OrderedWork work(3);
    for (int i = 0; i < 20; ++i) {
      work.give([&](std::size_t) {
        ++begun;
        std::this_thread::yield();
        ++ended;
      });
    }
    work.drop_all();
    CHECK(begun == ended);
    CHECK(work.pending() == 0);
  }
  CHECK_ERROR(thread_count(-1), usage);
  CHECK(thread_count(3) == 3);
  CHECK(thread_count(0) >= 1);
}

TEST_CASE("blocks are the same for any number of threads and any pieces") {
  for (const std::size_t size :
       std::initializer_list<std::size_t>{0, 1, 999, 1000, 1001, 2000, 7999, 8000, 8001, 50'000}) {
    const Content content = mixture(size);
    const Content expected = expected_stream(content);
    for (const std::size_t threads : std::initializer_list<std::size_t>{1, 2, 3, 7}) {
      for (const std::size_t piece :
           {std::size_t{1}, std::size_t{700}, std::size_t{1000}, std::size_t{65'536}, std::size_t{100'000}}) {
        CAPTURE(size, threads, piece);
        CHECK((written(content, threads, piece) == expected));
      }
    }
  }
}

TEST_CASE("pieces of many blocks are compressed where they lie, and pieces around them are gathered") {
  const Content content = mixture(400'000);
  for (const std::size_t threads : std::initializer_list<std::size_t>{1, 2, 7}) {
    MemoryWriter target;
    BlockWriter writer(target, toy_encoding(block_size), "toy", threads);
    writer.write(Bytes(content).first(10));
    writer.write(Bytes(content).subspan(10, 200'000));
    writer.write(Bytes(content).subspan(200'010, 1));
    writer.write(Bytes(content).subspan(200'011));
    writer.finish();
    CHECK((target.take() == expected_stream(content)));
  }
}

TEST_CASE("an error below ends the work before the caller's memory is gone") {
  for (const std::size_t threads : std::initializer_list<std::size_t>{1, 2, 7}) {
    MemoryWriter target;
    const auto limited = limit_writer(target, 100'000);
    BlockWriter writer(*limited, toy_encoding(block_size), "toy", threads);
    {
      const Content content = mixture(400'000);
      CHECK_ERROR(writer.write(content), limit);
    }
    CHECK_ERROR(writer.finish(), usage);
  }
}

TEST_CASE("blocks of any size are read, whatever size was expected") {
  const Content content = mixture(20'000);
  const std::vector<std::vector<std::size_t>> cuts = {{20'000},
                                                      {1000, 1000, 1000, 17'000},
                                                      {5000, 5000, 5000, 5000},
                                                      {1000, 999, 1001, 3000, 0, 4000, 0, 0, 5000, 5000},
                                                      {1, 1, 1, 1, 1, 19'995},
                                                      {19'999, 1}};
  for (const auto& sizes : cuts) {
    const Content stream = toy_stream(content, sizes);
    const Answer expected{.content = content, .position = stream.size()};
    for (const std::size_t threads : std::initializer_list<std::size_t>{2, 3, 7}) {
      for (const bool hops : {false, true}) {
        for (const std::size_t guess : std::initializer_list<std::size_t>{0, 500, 1000, 5000, 30'000}) {
          for (const std::size_t piece : std::initializer_list<std::size_t>{1, 700, 4000, 10'000, 65'536}) {
            CAPTURE(sizes.size(), threads, hops, guess, piece);
            Decoding decoding = toy_decoding(threads, guess, 30'000, hops);
            decoding.decoder = [] { return std::unique_ptr<Decoder>(); };  // there is nothing to fall back on
            CHECK((answer(stream, decoding, piece) == expected));
          }
        }
      }
    }
  }
}

TEST_CASE("a block larger than what is accepted is left to the decoder") {
  const Content content = mixture(20'000);
  const Content stream = toy_stream(content, {1000, 1000, 9000, 1000, 8000});
  CHECK((answer(stream, toy_decoding(3, 1000, 5000), 4096).content == content));
  CHECK((answer(stream, toy_decoding(3, 1000, 5000, true), 50'000).content == content));
}

TEST_CASE("false ends of blocks cost time, never content") {
  const Content content = full_of_marks(30'000);
  const Content stream = toy_stream(content, {1000, 90, 300, 5000, 23'000, 610});
  for (const std::size_t threads : std::initializer_list<std::size_t>{2, 7}) {
    for (const std::size_t piece : std::initializer_list<std::size_t>{100, 3000, 40'000}) {
      CAPTURE(threads, piece);
      CHECK((answer(stream, toy_decoding(threads, 1000, 30'000), piece).content == content));
    }
  }
}

TEST_CASE("streams one after another, each in blocks") {
  const Content content = full_of_marks(10'000);
  const Content one = toy_stream(content, {1000, 1000, 8000});
  for (const bool hops : {false, true}) {
    CHECK((answer(one + toy_stream({}, {0}) + one, toy_decoding(3, 1000, 9000, hops), 3000).content ==
           content + content));
  }
}

TEST_CASE("what is damaged or cut is reported as the decoder reports it") {
  const Content content = mixture(4'000);
  const Content stream = toy_stream(content, {1000, 1000, 1000, 1000});
  for (const bool hops : {false, true}) {
    const Decoding blocks = toy_decoding(3, 1000, 4000, hops);
    for (std::size_t i = 0; i < stream.size(); i += 7) {
      CAPTURE(hops, i);
      Content damaged = stream;
      damaged[i] ^= std::byte{2};
      CHECK((answer(damaged, blocks, 8000) == answer(damaged, sequential(), 8000)));
      CHECK((answer(Bytes(stream).first(i), blocks, 8000) == answer(Bytes(stream).first(i), sequential(), 8000)));
    }
  }
}

TEST_CASE("finish ends a stream in blocks and leaves the source behind it") {
  const Content content = mixture(10'000);
  const Content one = toy_stream(content, {1000, 1000, 1000, 7000});
  const Content rest = content_of("what follows");
  for (const std::size_t wanted : std::initializer_list<std::size_t>{0, 1, 999, 5000, 10'000}) {
    CAPTURE(wanted);
    const Content source = one + rest;
    const auto below = memory_reader(source);
    {
      DecodingReader reader(*below, toy_decoding(3, 1000, 9000), "toy", {});
      Content some(wanted);
      reader.read_exactly(some, "some");
      CHECK(reader.finish() == content.size() - wanted);
      CHECK(reader.position() == content.size());
    }
    CHECK((read_to_end(*below) == rest));
  }
}

TEST_CASE("limits hold for streams in blocks") {
  const Content content = mixture(10'000);
  const Content stream = toy_stream(content, {1000, 1000, 1000, 7000});
  Limits limits;
  for (const std::size_t piece : std::initializer_list<std::size_t>{100, 20'000}) {
    limits.bytes = 9999;
    Content buffer(piece);
    const auto below = memory_reader(stream);
    DecodingReader reader(*below, toy_decoding(3, 1000, 9000), "toy", limits);
    CHECK_ERROR(
        [&] {
          while (reader.read(buffer) != 0) {
          }
        }(),
        limit);
    limits.bytes = 10'000;
    const auto again = memory_reader(stream);
    DecodingReader enough(*again, toy_decoding(3, 1000, 9000), "toy", limits);
    CHECK((read_to_end(enough, piece) == content));
  }
}

TEST_CASE("a source whose blocks are known is read from anywhere") {
  INFO("seed " << noise_seed);
  const Content content = noise(20'000);
  const Content stream = toy_stream(content, {1000, 999, 1001, 3000, 0, 4000, 0, 0, 5000, 5000});
  for (const std::size_t threads : std::initializer_list<std::size_t>{1, 3}) {
    const auto below = memory_reader(stream);
    DecodingReader reader(*below, toy_decoding(threads, 1000, 9000, true), "toy", {});
    REQUIRE(reader.can_seek());
    CHECK(reader.size() == content.size());
    std::uint64_t state = noise_seed;
    for (int i = 0; i < 300; ++i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      const std::size_t place = static_cast<std::size_t>(state >> 33) % (content.size() + 1);
      const std::size_t size =
          std::min<std::size_t>(static_cast<std::size_t>(state >> 20) % 3000, content.size() - place);
      CAPTURE(threads, i, place, size);
      reader.seek(place);
      Content part(size);
      reader.read_exactly(part, "a part");
      CHECK(reader.position() == place + size);
      CHECK((part == Content(content.begin() + static_cast<std::ptrdiff_t>(place),
                             content.begin() + static_cast<std::ptrdiff_t>(place + size))));
    }
    reader.seek(19'000);
    CHECK(reader.finish() == 1000);
    CHECK(below->position() == stream.size());
  }
}

TEST_CASE("an index that promises more than there is, is malformed where it matters") {
  const Content content = mixture(3000);
  Content stream = toy_stream(content, {1000, 1000, 1000});
  Decoding decoding = toy_decoding(2, 1000, 1000, true);
  decoding.index = [](Reader&) { return BlockIndex{.blocks = {{.compressed = 0, .decompressed = 0}}, .size = 5000}; };
  const auto below = memory_reader(stream);
  DecodingReader reader(*below, decoding, "toy", {});
  Content part(10);
  reader.seek(2000);
  reader.read_exactly(part, "a part");
  CHECK_ERROR(reader.seek(4000), malformed);
}
