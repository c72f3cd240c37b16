// Cut and damaged streams are errors, never wrong data.
#include <optional>

#include "samples.h"
#include "tests/support/errors.h"

using namespace larder;
using namespace larder::testing;

namespace {

// The kind of the error, nothing where all went well.
template <class Work>
std::optional<ErrorKind> failure_of(Work work) {
  try {
    work();
    return std::nullopt;
  } catch (const Error& error) {
    return error.kind();
  }
}

std::vector<Content> samples() { return {{}, content_of("x"), words(300) + noise(60)}; }

}  // namespace

TEST_CASE("a stream that is cut anywhere is truncated") {
  for (const Codec* codec : codecs_with_streams()) {
    for (const Content& content : samples()) {
      const Content whole = packed(*codec, content);
      for (std::size_t size = 0; size < whole.size(); ++size) {
        CAPTURE(codec->info().name, content.size(), whole.size(), size);
        const Bytes cut = Bytes(whole).first(size);
        CHECK(failure_of([&] { unpacked(*codec, cut); }) == ErrorKind::truncated);
        CHECK(failure_of([&] { unpacked_in_pieces(*codec, cut, 7, 3); }) == ErrorKind::truncated);
        CHECK(failure_of([&] { codec->reader(*memory_reader(cut))->finish(); }) == ErrorKind::truncated);
      }
    }
  }
}

TEST_CASE("a cut is found in large streams too") {
  const Content content = mixture(1'000'000);
  for (const Codec* codec : codecs_with_streams()) {
    const Content whole = packed(*codec, content);
    for (const std::size_t missing : {std::size_t{1}, std::size_t{4}, std::size_t{100}, whole.size() / 2}) {
      CAPTURE(codec->info().name, missing);
      CHECK_ERROR(unpacked(*codec, Bytes(whole).first(whole.size() - missing)), truncated);
    }
  }
}

TEST_CASE("the second of two streams that is cut is truncated, or was never there") {
  for (const Codec* codec : codecs_with_streams()) {
    const Content one = packed(*codec, words(300));
    const Content both = one + one;
    for (std::size_t size = one.size() + 1; size < both.size(); ++size) {
      CAPTURE(codec->info().name, one.size(), size);
      // So few bytes that nobody can tell whether they begin a stream are bytes behind the last one.
      const auto kind = failure_of([&] { unpacked(*codec, Bytes(both).first(size)); });
      CHECK((kind == ErrorKind::truncated || (kind == ErrorKind::malformed && size < one.size() + 16)));
    }
  }
}

TEST_CASE("no flipped bit passes for other data") {
  const Content content = words(300) + noise(60);
  for (const Codec* codec : codecs_with_streams()) {
    const Content whole = packed(*codec, content);
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
      CAPTURE(codec->info().name, bit / 8, bit % 8);
      Content damaged = whole;
      damaged[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
      // Formats without a checksum (lzma, xor) may yield other data, but nothing worse.
      Content result;
      const auto kind = failure_of([&] { result = unpacked(*codec, damaged); });
      if (!kind && codec->info().has_checksum) CHECK((result == content));
      if (kind) {
        CHECK((kind == ErrorKind::malformed || kind == ErrorKind::checksum || kind == ErrorKind::truncated ||
               kind == ErrorKind::unsupported || kind == ErrorKind::limit));
      }
    }
  }
}

TEST_CASE("a wrong checksum is told from other damage where the library tells") {
  struct Case {
    const char* codec;
    std::size_t from_end;
  };
  for (const auto& [name, from_end] :
       {Case{"zlib", 1}, Case{"zlib", 4}, Case{"gzip", 1}, Case{"gzip", 4}, Case{"gzip", 5}, Case{"gzip", 8},
        Case{"lz4", 1}, Case{"lz4", 4}, Case{"zstd", 1}, Case{"zstd", 4}}) {
    CAPTURE(name, from_end);
    Content damaged = packed(codec(name), words(1'000));
    damaged[damaged.size() - from_end] ^= std::byte{0x10};
    CHECK_ERROR(unpacked(codec(name), damaged), checksum);
  }
}

TEST_CASE("bytes that are no stream at all are malformed") {
  for (const Codec* codec : codecs_with_streams()) {
    CAPTURE(codec->info().name);
    CHECK_ERROR(unpacked(*codec, content_of("This is plain text, and a good deal of it: no stream of any codec.")),
                malformed);
  }
}

TEST_CASE("a content size that is not true is malformed") {
  const Content content = words(100);
  for (const int change : {-1, 1, 100}) {
    CAPTURE(change);
    Content lying = packed(codec("zstd"), content);
    REQUIRE(lying[5] == std::byte{100});
    lying[5] = static_cast<std::byte>(100 + change);
    CHECK_ERROR(unpacked(codec("zstd"), lying), malformed);
  }
  // Found by fuzzing: libzstd does not look where the last block is empty. A block of "abc", then none of five bytes.
  for (const char* const frame : {"28 b5 2f fd 20 05 18 00 00 61 62 63 01 00 00", "28 b5 2f fd 50 2a 4d 18 05 00 00"}) {
    CHECK_ERROR(unpacked(codec("zstd"), from_hex(frame)), malformed);
    CHECK_ERROR(unpacked_in_pieces(codec("zstd"), from_hex(frame), 1, 1), malformed);
  }
  CHECK((unpacked(codec("zstd"), from_hex("28 b5 2f fd 20 03 18 00 00 61 62 63 01 00 00")) == content_of("abc")));
}
