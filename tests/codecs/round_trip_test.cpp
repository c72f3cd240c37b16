// What goes in comes out: every codec, every length, every way of cutting, every level.
#include "samples.h"
#include "tests/support/errors.h"

using namespace larder;
using namespace larder::testing;

namespace {

// Around the sizes where something in a driver or a library changes: gather buffer, room, slices, blocks.
const std::vector<std::size_t> lengths = {0, 1, 2, 15, 254, 255, 256, 4096, 65535, 65536, 65537, 300'000};

}  // namespace

TEST_CASE("every codec brings back every length") {
  for (const Codec* codec : all_codecs()) {
    for (const std::size_t length : lengths) {
      CAPTURE(codec->info().name, length);
      const Content content = mixture(length);
      const Content compressed = packed(*codec, content);
      CHECK((unpacked(*codec, compressed) == content));
      CHECK((unpacked_in_pieces(*codec, compressed, 10'000, 7'000) == content));
      CHECK((unpacked(*codec, packed_in_pieces(*codec, content, 100'000)) == content));
    }
  }
}

TEST_CASE("every codec brings back what is written and read in any pieces") {
  const Content content = mixture(20'000);
  for (const Codec* codec : all_codecs()) {
    for (const std::size_t piece : std::initializer_list<std::size_t>{1, 10, 4096}) {
      CAPTURE(codec->info().name, piece);
      const Content compressed = packed_in_pieces(*codec, content, piece);
      CHECK((unpacked(*codec, compressed) == content));
      CHECK((unpacked_in_pieces(*codec, compressed, piece, 1) == content));
      CHECK((unpacked_in_pieces(*codec, compressed, 1, piece) == content));
    }
  }
}

TEST_CASE("reads and writes of more than one slice bring back the same") {
  const Content content = mixture((4 << 20) + 70'000);
  for (const Codec* codec : all_codecs()) {
    CAPTURE(codec->info().name);
    const Content compressed = packed_in_pieces(*codec, content, content.size());
    CHECK((unpacked_in_pieces(*codec, compressed, content.size(), compressed.size()) == content));
  }
}

TEST_CASE("every level works, and is not ignored") {
  const Content content = words(30'000);
  for (const Codec* codec : all_codecs()) {
    const CodecInfo& info = codec->info();
    CAPTURE(info.name);
    if (!info.has_levels) {
      CHECK_ERROR(codec->compress(content, {.level = 3}), usage);
      continue;
    }
    for (int level = std::max(info.min_level, -20); level <= info.max_level; ++level) {
      CAPTURE(level);
      CHECK((unpacked(*codec, packed(*codec, content, level)) == content));
    }
    CHECK((unpacked(*codec, packed(*codec, content, info.min_level)) == content));
    CHECK(packed(*codec, content, info.max_level).size() <= packed(*codec, content, info.min_level).size());
    CHECK((packed(*codec, content) == packed(*codec, content, info.default_level)));
    CHECK_ERROR(codec->compress(content, {.level = info.min_level - 1}), usage);
    CHECK_ERROR(codec->compress(content, {.level = info.max_level + 1}), usage);
    MemoryWriter target;
    CHECK_ERROR(codec->writer(target, {.level = info.max_level + 1}), usage);
  }
}

TEST_CASE("text shrinks and noise does not") {
  INFO("seed " << noise_seed);
  const Content text = words(200'000);
  const Content random = noise(200'000);
  for (const Codec* codec : codecs_with_streams()) {
    if (!codec->info().has_levels) continue;
    CAPTURE(codec->info().name);
    CHECK(packed(*codec, text).size() < text.size() / 2);
    CHECK(packed(*codec, random).size() >= random.size());
    CHECK(packed(*codec, random).size() < random.size() + random.size() / 50);
  }
}

TEST_CASE("the same bytes come out however they are written") {
  const Content content = mixture(300'000);
  for (const Codec* codec : codecs_with_streams()) {
    if (codec->info().name == "xor") continue;  // cuts blocks as it is called
    CAPTURE(codec->info().name);
    CHECK((packed_in_pieces(*codec, content, 1'000) == packed_in_pieces(*codec, content, 70'000)));
  }
}

TEST_CASE("streams begin as joblib's and the tools' own do") {
  const auto begin = [](std::string_view name, std::optional<int> level, std::size_t size) {
    Content compressed = packed_in_pieces(codec(name), words(100), 100);
    if (level) compressed = packed(codec(name), words(100), level);
    compressed.resize(size);
    return compressed;
  };
  CHECK((begin("zlib", 1, 2) == from_hex("78 01")));
  CHECK((begin("zlib", {}, 2) == from_hex("78 5e")));
  CHECK((begin("zlib", 6, 2) == from_hex("78 9c")));
  CHECK((begin("zlib", 9, 2) == from_hex("78 da")));
  CHECK((begin("gzip", {}, 10) == from_hex("1f 8b 08 00 00 00 00 00 00 03")));
  CHECK((begin("gzip", 9, 10) == from_hex("1f 8b 08 00 00 00 00 00 02 03")));
  CHECK((begin("bz2", {}, 4) == content_of("BZh9")));
  CHECK((begin("xz", {}, 8) == from_hex("fd 37 7a 58 5a 00 00 04")));                    // CRC64
  CHECK((begin("lzma", {}, 13) == from_hex("5d 00 00 80 00 ff ff ff ff ff ff ff ff")));  // 8 MiB, length unknown
  CHECK((begin("lz4", {}, 6) == from_hex("04 22 4d 18 64 70")));                         // content checksum, 4 MiB
  CHECK((begin("zstd", {}, 6) == from_hex("28 b5 2f fd 24 64")));                        // checksum, 100 bytes
  CHECK((begin("zstd", 3, 6) == from_hex("28 b5 2f fd 24 64")));                         // checksum, 100 bytes
}
