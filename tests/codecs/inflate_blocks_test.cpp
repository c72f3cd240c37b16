// zlib and gzip streams that are decoded block by block: the content and the errors are those of one thread, whatever
// the stream, and streams that are made for it are really decoded that way.
#include "codecs/inflate_blocks.h"

#include <catch2/catch.hpp>

#include <optional>

#include <larder/error.h>

#include "codecs/decoding_reader.h"
#include "codecs/inflate_decoder.h"
#include "flushed.h"

using namespace larder;
using namespace larder::internal;
using namespace larder::testing;

namespace {

constexpr Wrapper both[] = {Wrapper::zlib, Wrapper::gzip};

// So that short streams will do.
constexpr FlushedBlockSizes small{.most_compressed = 20'000, .most_content = 50'000, .least_content = 1};

// Counts the blocks that were accepted.
class Counted final : public BlockDecoding {
 public:
  Counted(Wrapper wrapper, const FlushedBlockSizes& sizes, int& accepted)
      : blocks_(wrapper, sizes), accepted_(accepted) {}

  Found find(Bytes ahead, bool all) override { return blocks_.find(ahead, all); }
  Bytes tail() const override { return blocks_.tail(); }
  std::unique_ptr<BlockDecompressor> decompressor() const override { return blocks_.decompressor(); }
  Verdict accept(const Found& found, const DecodedBlock& decoded, Bytes content) override {
    const Verdict verdict = blocks_.accept(found, decoded, content);
    if (verdict == Verdict::right || verdict == Verdict::ends) ++accepted_;
    return verdict;
  }

 private:
  InflateBlocks blocks_;
  int& accepted_;
};

struct Outcome {
  Content content{};
  std::optional<ErrorKind> failure{};
  int blocks = 0;  // that were decoded by themselves
};

Outcome decode(Wrapper wrapper, Bytes compressed, std::size_t threads, const FlushedBlockSizes& sizes = small,
               std::size_t piece = 30'000) {
  Outcome outcome;
  const auto source = memory_reader(compressed);
  Decoding decoding{.decoder = [wrapper] { return std::make_unique<InflateDecoder>(wrapper, fastest_inflate()); },
                    .blocks = [&, wrapper] { return std::make_unique<Counted>(wrapper, sizes, outcome.blocks); },
                    .threads = threads,
                    .least = 0};
  DecodingReader reader(*source, std::move(decoding), "test", {});
  Content part(piece);
  try {
    while (const std::size_t size = reader.read(part))
      outcome.content.insert(outcome.content.end(), part.begin(), part.begin() + static_cast<std::ptrdiff_t>(size));
  } catch (const Error& error) {
    outcome.failure = error.kind();
  }
  return outcome;
}

bool begins_with(const Content& whole, const Content& start) {
  return whole.size() >= start.size() && std::equal(start.begin(), start.end(), whole.begin());
}

// One thread and several agree about `compressed`. What they hand out before an error may differ in length.
void check_agreement(Wrapper wrapper, Bytes compressed) {
  const Outcome expected = decode(wrapper, compressed, 1);
  const Outcome outcome = decode(wrapper, compressed, 2);
  REQUIRE(outcome.failure == expected.failure);
  if (!expected.failure) REQUIRE((outcome.content == expected.content));
  REQUIRE((begins_with(outcome.content, expected.content) || begins_with(expected.content, outcome.content)));
}

Content repeated(const Content& content, int count) {
  Content result;
  for (int i = 0; i < count; ++i) result.insert(result.end(), content.begin(), content.end());
  return result;
}

Content zeros(std::size_t size) { return Content(size); }

}  // namespace

TEST_CASE("streams with full flushes are decoded block by block") {
  for (const Wrapper wrapper : both) {
    for (const Content& content : {words(100'000), mixture(100'000), zeros(100'000), noise(100'000)}) {
      for (const std::size_t piece : {5'000U, 10'000U, 33'333U}) {
        const Content stream = flushed(wrapper, content, piece);
        for (const std::size_t room : {1'000U, 10'000U, 200'000U}) {
          CAPTURE(stream.size(), piece, room);
          const Outcome outcome = decode(wrapper, stream, 3, small, room);
          CHECK(!outcome.failure);
          CHECK((outcome.content == content));
          CHECK(outcome.blocks == static_cast<int>((content.size() + piece - 1) / piece));
        }
      }
    }
  }
}

TEST_CASE("blocks of a megabyte are decoded block by block") {
  const Content content = mixture(5'000'000);
  for (const Wrapper wrapper : both) {
    const Content stream = flushed(wrapper, content, std::size_t{1} << 20, Flush::full, {.level = 1});
    const Outcome outcome = decode(wrapper, stream, 2, {}, content.size());
    CHECK((outcome.content == content));
    CHECK(outcome.blocks == 5);
  }
}

TEST_CASE("streams whose blocks need what is before them are given up at the second") {
  const Content content = words(100'000);
  for (const Wrapper wrapper : both) {
    const Outcome outcome = decode(wrapper, flushed(wrapper, content, 10'000, Flush::sync), 2);
    CHECK((outcome.content == content));
    CHECK(outcome.blocks == 1);
  }
}

TEST_CASE("streams without a flush are given up at once") {
  for (const Wrapper wrapper : both) {
    for (const Content& content : {words(200'000), noise(200'000), Content{}}) {
      const Outcome outcome = decode(wrapper, flushed(wrapper, content, 1'000'000), 2);
      CHECK((outcome.content == content));
      CHECK(outcome.blocks == 0);
    }
  }
}

TEST_CASE("streams with blocks that are too small, or too large, are given up") {
  const Content content = words(100'000);
  FlushedBlockSizes sizes = small;
  sizes.least_content = 6'000;
  const Outcome tiny = decode(Wrapper::zlib, flushed(Wrapper::zlib, content, 5'000), 2, sizes);
  CHECK((tiny.content == content));
  CHECK(tiny.blocks == 0);
  const Content bomb = words(10'000) + zeros(1'000'000) + words(10'000);
  const Outcome large = decode(Wrapper::zlib, flushed(Wrapper::zlib, bomb, 250'000), 2);
  CHECK((large.content == bomb));
  CHECK(large.blocks == 0);
}

TEST_CASE("what looks like a flush and is none is decoded together with what follows") {
  const Content markers = repeated(noise(1'900) + from_hex("00 00 00 ff ff"), 6);
  for (const Wrapper wrapper : both) {
    const Content stream = flushed(wrapper, repeated(markers, 4), markers.size(), Flush::full, {.level = 0});
    const Outcome outcome = decode(wrapper, stream, 2);
    CHECK((outcome.content == repeated(markers, 4)));
    CHECK(outcome.blocks == 7);  // behind each but the last an empty one: its own last marker could be a flush
  }
}

TEST_CASE("what looks like a flush a few bytes before a stored block ends does not end it") {
  for (std::size_t rest = 0; rest <= 70; ++rest) {
    const Content piece = noise(1'500) + from_hex("00 00 00 ff ff") + words(rest);
    const Content content = repeated(piece, 3);
    for (const Wrapper wrapper : both) {
      CAPTURE(rest, wrapper == Wrapper::gzip);
      const Outcome outcome = decode(wrapper, flushed(wrapper, content, piece.size(), Flush::full, {.level = 0}), 2);
      CHECK(!outcome.failure);
      CHECK((outcome.content == content));
    }
  }
}

TEST_CASE("very many markers that are no flushes are given up") {
  const Content markers = repeated(from_hex("00 00 00 ff ff"), 10'000);
  for (const Wrapper wrapper : both) {
    const Outcome outcome = decode(wrapper, flushed(wrapper, markers, markers.size(), Flush::full, {.level = 0}), 2);
    CHECK((outcome.content == markers));
    CHECK(outcome.blocks == 0);
  }
}

TEST_CASE("a marker in a gzip header is no flush") {
  const Content content = words(50'000);
  const Content plain = flushed(Wrapper::gzip, content, 10'000);
  Content stream = Content(plain.begin(), plain.begin() + 10) + from_hex("09 00 01 02 00 00 00 ff ff 01 02") +
                   Content(plain.begin() + 10, plain.end());
  stream[3] = std::byte{4};
  const Outcome outcome = decode(Wrapper::gzip, stream, 2);
  CHECK((outcome.content == content));
  CHECK(outcome.blocks == 5);
}

TEST_CASE("streams one after another are decoded block by block") {
  const Content content = words(50'000);
  for (const Wrapper wrapper : both) {
    const Content blocks = flushed(wrapper, content, 10'000);
    const Content plain = flushed(wrapper, content, 100'000);
    const Content padding = wrapper == Wrapper::gzip ? zeros(1'000) : Content{};
    const Outcome outcome = decode(wrapper, blocks + blocks + plain + padding + blocks + padding, 2);
    CHECK(!outcome.failure);
    CHECK((outcome.content == repeated(content, 4)));
    CHECK(outcome.blocks == 5 + 5 + 1 + 5);  // the plain one ends where a block is looked for that ends behind it
  }
}

TEST_CASE("a flipped bit anywhere in a stream of blocks means the same to one thread and to several") {
  const Content content = words(3'000) + noise(1'000) + words(1'000);
  for (const Wrapper wrapper : both) {
    const Content stream = flushed(wrapper, content, 700) + flushed(wrapper, content, 2'000);
    for (std::size_t at = 0; at < stream.size(); ++at) {
      CAPTURE(wrapper == Wrapper::gzip, at);
      Content damaged = stream;
      damaged[at] ^= static_cast<std::byte>(1U << at % 8);
      check_agreement(wrapper, damaged);
    }
  }
}

TEST_CASE("a cut anywhere in a stream of blocks means the same to one thread and to several") {
  const Content content = words(2'000) + noise(1'000);
  for (const Wrapper wrapper : both) {
    const Content stream = flushed(wrapper, content, 500);
    for (std::size_t size = 0; size < stream.size(); ++size) {
      CAPTURE(wrapper == Wrapper::gzip, size);
      check_agreement(wrapper, Bytes(stream).first(size));
    }
  }
}

TEST_CASE("blocks in the wrong place mean the same to one thread and to several") {
  const Content content = mixture(20'000);
  const Content marker = from_hex("00 00 ff ff");
  for (const Wrapper wrapper : both) {
    const Content stream = flushed(wrapper, content, 2'000);
    std::vector<Content> blocks;
    for (auto at = stream.begin(); at != stream.end();) {
      auto end = std::search(at, stream.end(), marker.begin(), marker.end());
      if (end != stream.end()) end += 4;
      blocks.emplace_back(at, end);
      at = end;
    }
    REQUIRE(blocks.size() >= 10);
    for (std::size_t i = 0; i + 1 < blocks.size(); ++i) {
      CAPTURE(i);
      auto moved = blocks;
      std::swap(moved[i], moved[i + 1]);
      Content swapped;
      Content without;
      Content doubled;
      for (std::size_t k = 0; k < blocks.size(); ++k) {
        swapped = std::move(swapped) + moved[k];
        if (k != i) without = std::move(without) + blocks[k];
        doubled = std::move(doubled) + blocks[k];
        if (k == i) doubled = std::move(doubled) + blocks[k];
      }
      check_agreement(wrapper, swapped);
      check_agreement(wrapper, without);
      check_agreement(wrapper, doubled);
    }
  }
}

TEST_CASE("a bomb behind a flush takes little memory") {
  const Content content = words(100'000) + zeros(100'000'000);
  const Content stream = flushed(Wrapper::gzip, content, 50'000'000);
  const auto source = memory_reader(Bytes(stream));
  const auto reader = codec("gzip").reader(*source, {.threads = 2});
  std::uint64_t total = 0;
  const auto peak = peak_memory_of([&] {
    Content part(100'000);
    while (const std::size_t size = reader->read(part)) total += size;
  });
  CHECK(total == content.size());
  CHECK(peak < (std::uint64_t{24} << 20));
}
