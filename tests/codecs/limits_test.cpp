// Bombs, windows, and streams that never end: what Limits hold back.
#include "samples.h"
#include "tests/support/errors.h"
#include "tests/support/sanitized.h"

using namespace larder;
using namespace larder::testing;

namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

constexpr bool memory_is_measurable = !sanitized;

Limits limit_of_bytes(std::uint64_t bytes) {
  Limits limits;
  limits.bytes = bytes;
  return limits;
}

Content repeated(const Content& content, std::size_t times) {
  Content result;
  result.reserve(content.size() * times);
  for (std::size_t i = 0; i < times; ++i) result.insert(result.end(), content.begin(), content.end());
  return result;
}

}  // namespace

TEST_CASE("a bomb stops at Limits::bytes, in bounded memory") {
  const Content content(32 * mebibyte);
  for (const Codec* codec : codecs_with_streams()) {
    CAPTURE(codec->info().name);
    const Content bomb = packed(*codec, content);
    const std::uint64_t memory =
        peak_memory_of([&] { CHECK_ERROR(unpacked(*codec, bomb, limit_of_bytes(mebibyte)), limit); });
    if (memory_is_measurable) CHECK(memory < 32 * mebibyte + 4 * bomb.size());

    const auto below = memory_reader(bomb);
    const auto reader = codec->reader(*below, {.limits = limit_of_bytes(mebibyte)});
    Content all(2 * mebibyte);
    CHECK_ERROR(reader->read_exactly(all, "more than is allowed"), limit);
    const auto again = memory_reader(bomb);
    CHECK_ERROR(codec->reader(*again, {.limits = limit_of_bytes(mebibyte)})->finish(), limit);
  }
}

TEST_CASE("a long stream is read in bounded memory") {
  const Content content(32 * mebibyte);
  for (const Codec* codec : codecs_with_streams()) {
    CAPTURE(codec->info().name);
    const Content compressed = packed(*codec, content);
    const std::uint64_t memory = peak_memory_of([&] {
      const auto below = memory_reader(compressed);
      CHECK(codec->reader(*below)->finish() == content.size());
    });
    if (memory_is_measurable) CHECK(memory < 24 * mebibyte);
  }
}

TEST_CASE("exactly Limits::bytes is allowed") {
  const Content content = words(100'000);
  for (const Codec* codec : all_codecs()) {
    CAPTURE(codec->info().name);
    const Content compressed = packed(*codec, content);
    CHECK((unpacked(*codec, compressed, limit_of_bytes(content.size())) == content));
    CHECK((unpacked_in_pieces(*codec, compressed, 10, 10, limit_of_bytes(content.size())) == content));
    CHECK_ERROR(unpacked(*codec, compressed, limit_of_bytes(content.size() - 1)), limit);
    CHECK(unpacked(*codec, packed(*codec, {}), limit_of_bytes(0)).empty());
    CHECK_ERROR(unpacked(*codec, packed(*codec, content), limit_of_bytes(0)), limit);
    CHECK((unpacked(*codec, compressed, limit_of_bytes(UINT64_MAX)) == content));
  }
}

TEST_CASE("empty streams in a row are limited") {
  for (const Codec* codec : codecs_with_streams()) {
    CAPTURE(codec->info().name);
    Limits limits;
    limits.empty_streams = 20;
    const Content empty = packed(*codec, {});
    const Content full = packed(*codec, words(10));
    CHECK(unpacked(*codec, repeated(empty, 20), limits).empty());
    CHECK_ERROR(unpacked(*codec, repeated(empty, 21), limits), limit);
    CHECK(unpacked(*codec, repeated(repeated(empty, 20) + full, 3), limits).size() == 30);
  }
}

TEST_CASE("a million empty gzip members, and skippable frames, stop early") {
  CHECK_ERROR(unpacked(codec("gzip"), repeated(packed(codec("gzip"), {}), 1'000'000)), limit);
  for (const char* name : {"lz4", "zstd"}) {
    CAPTURE(name);
    CHECK_ERROR(unpacked(codec(name), repeated(from_hex("50 2a 4d 18 00 00 00 00"), 1'000'000)), limit);
  }
}

TEST_CASE("a skippable frame of 4 GiB costs no memory") {
  for (const char* name : {"lz4", "zstd"}) {
    CAPTURE(name);
    const Content head = from_hex("5a 2a 4d 18 ff ff ff ff");
    const Content frame = packed(codec(name), words(1'000));
    std::uint64_t skipped = 0;
    std::size_t stage = 0;
    const auto below = callback_reader([&](MutableBytes out) -> std::size_t {
      if (stage == 0) {
        ++stage;
        std::copy(head.begin(), head.end(), out.begin());
        return head.size();
      }
      if (skipped < UINT32_MAX) {
        const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), UINT32_MAX - skipped));
        skipped += size;  // whatever is in `out`: it is skipped
        return size;
      }
      if (stage++ > 1) return 0;
      std::copy(frame.begin(), frame.end(), out.begin());
      return frame.size();
    });
    Content content;
    const std::uint64_t memory = peak_memory_of([&] { content = read_to_end(*codec(name).reader(*below)); });
    CHECK((content == words(1'000)));
    if (memory_is_measurable) CHECK(memory < 16 * mebibyte);
  }
}

namespace {

// The .xz stream with another size of the dictionary, as the format writes it, in the header of its first block: size /
// 4
// - 1, flags, two sizes of two bytes each, filter 0x21, length 1, dictionary.
Content with_dictionary(Content xz, std::byte size) {
  const std::size_t block = 12;
  REQUIRE(xz[block + 6] == std::byte{0x21});
  const std::size_t header_size = (std::to_integer<std::size_t>(xz[block]) + 1) * 4;
  xz[block + 8] = size;
  const std::uint32_t crc = crc32(Bytes(xz).subspan(block, header_size - 4));
  for (std::size_t i = 0; i < 4; ++i) xz[block + header_size - 4 + i] = static_cast<std::byte>(crc >> 8 * i & 0xff);
  return xz;
}

}  // namespace

TEST_CASE("an xz or lzma dictionary above Limits::codec_memory is refused before it is allocated") {
  Limits small;
  small.codec_memory = mebibyte;
  for (const char* name : {"xz", "lzma"}) {
    CAPTURE(name);
    Content compressed = packed(codec(name), words(1'000), 9);  // lzma takes a dictionary of 64 MiB
    if (codec(name).info().name == "xz") compressed = with_dictionary(compressed, std::byte{28});
    CHECK((unpacked(codec(name), compressed) == words(1'000)));
    CHECK_ERROR(unpacked(codec(name), compressed, small), limit);
    small.codec_memory = 0;
    CHECK_ERROR(unpacked(codec(name), compressed, small), limit);
  }

  Content lzma = packed(codec("lzma"), words(1'000));
  std::fill_n(lzma.begin() + 1, 4, std::byte{0xff});  // 4 GiB
  std::uint64_t memory = peak_memory_of([&] { CHECK_ERROR(unpacked(codec("lzma"), lzma), limit); });
  if (memory_is_measurable) CHECK(memory < 16 * mebibyte);

  const Content xz = with_dictionary(packed(codec("xz"), words(1'000)), std::byte{40});  // 4 GiB
  memory = peak_memory_of([&] { CHECK_ERROR(unpacked(codec("xz"), xz), limit); });
  if (memory_is_measurable) CHECK(memory < 16 * mebibyte);
}

TEST_CASE("a zstd window above Limits::window is refused before it is allocated") {
  // A frame with a window of 2^n and one raw block "abc".
  const auto frame = [](int window_log) {
    Content result = from_hex("28 b5 2f fd 00 00 19 00 00 61 62 63");
    result[5] = static_cast<std::byte>((window_log - 10) << 3);
    return result;
  };
  CHECK((unpacked(codec("zstd"), frame(27)) == content_of("abc")));
  const std::uint64_t memory = peak_memory_of([&] {
    for (const int window_log : {28, 31}) {
      CAPTURE(window_log);
      CHECK_ERROR(unpacked(codec("zstd"), frame(window_log)), limit);
    }
  });
  if (memory_is_measurable) CHECK(memory < 16 * mebibyte);
  Limits limits;
  limits.window = std::uint64_t{1} << 20;
  CHECK((unpacked(codec("zstd"), frame(20), limits) == content_of("abc")));
  CHECK_ERROR(unpacked(codec("zstd"), frame(21), limits), limit);
  limits.window = (std::uint64_t{1} << 21) - 1;
  CHECK_ERROR(unpacked(codec("zstd"), frame(21), limits), limit);
}

TEST_CASE("streams that need a dictionary, and the legacy formats of lz4 and zstd, are unsupported") {
  CHECK_ERROR(unpacked(codec("zlib"), from_hex("78 bb 11 22 33 44 4b 4c 4a 06 00")), unsupported);
  CHECK_ERROR(unpacked(codec("zstd"), from_hex("28 b5 2f fd 01 58 07 19 00 00 61 62 63")), unsupported);
  CHECK_ERROR(unpacked(codec("lz4"), from_hex("04 22 4d 18 61 40 07 00 00 00 5c 00 00 00 00")), unsupported);
  CHECK_ERROR(unpacked(codec("lz4"), from_hex("02 21 4c 18 04 00 00 00 30 61 62 63")), unsupported);
  // Found by fuzzing: libzstd decoded these, and the answer depended on how the input was cut.
  for (const char* const version : {"22", "23", "24", "25", "26", "27"}) {
    const Content old = from_hex(std::string(version) + " b5 2f fd 04 58 61 09 00 37 b4 e6");
    CHECK_ERROR(unpacked(codec("zstd"), old), unsupported);
    CHECK_ERROR(unpacked_in_pieces(codec("zstd"), old, 1, 1), unsupported);
  }
}
