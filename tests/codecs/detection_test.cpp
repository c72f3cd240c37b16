// What a codec takes for its own, and what it must not.
#include "samples.h"
#include "tests/support/errors.h"

using namespace larder;
using namespace larder::testing;

namespace {

const CodecRegistry& built_ins() {
  static const CodecRegistry registry;
  return registry;
}

std::string detected(const Content& head) {
  const Codec* codec = built_ins().detect(head);
  return codec == nullptr ? "nothing" : codec->info().name;
}

TEST_CASE("the head of a stream tells whether it has a checksum") {
  for (const Codec* codec : CodecRegistry::global().list()) {
    if (!codec->info().built) continue;
    INFO(codec->info().name);
    const Region stream = codec->compress(as_bytes("content"));
    CHECK(codec->is_checksummed(stream.bytes()) == codec->info().has_checksum);
  }
  using namespace std::string_view_literals;
  const auto told = [](std::string_view name, std::string_view head) {
    return CodecRegistry::global().get(name).is_checksummed(as_bytes(head));
  };
  CHECK_FALSE(told("lz4", "\x04\x22\x4d\x18\x40\x40\xc0"sv));       // as joblib writes it
  CHECK_FALSE(told("zstd", "\x28\xb5\x2f\xfd\x20\x07"sv));          // zstd --no-check
  CHECK_FALSE(told("xz", "\xfd\x37\x7a\x58\x5a\0\0\0\xff\x12"sv));  // xz --check=none
  CHECK_FALSE(told("gzip", "PK\x03\x04"sv));
}

}  // namespace

TEST_CASE("every codec recognises what it wrote, of any length, at any level, from 16 bytes") {
  for (const Codec* codec : built_ins().list()) {
    const CodecInfo& info = codec->info();
    if (!info.built || info.name == "raw") continue;
    for (const std::size_t length : std::initializer_list<std::size_t>{0, 1, 2, 3, 10, 100, 70'000}) {
      for (const int level : {info.min_level, info.default_level, info.max_level}) {
        for (const Content& content : {words(length), noise(length), Content(length)}) {
          CAPTURE(info.name, length, level);
          Content compressed = packed(*codec, content, level);
          CHECK(detected(compressed) == info.name);
          compressed.resize(std::min<std::size_t>(compressed.size(), 16));
          CHECK(detected(compressed) == info.name);
        }
      }
    }
  }
}

TEST_CASE("the magics of the table are those of the streams") {
  for (const Codec* codec : codecs_with_streams()) {
    CAPTURE(codec->info().name);
    const Content compressed = packed(*codec, words(100));
    const auto& magics = codec->info().magics;
    CHECK(std::any_of(magics.begin(), magics.end(),
                      [&](const std::string& magic) { return as_text(compressed).starts_with(magic); }));
  }
}

TEST_CASE("other encoders' streams are recognised") {
  CHECK(detected(from_hex("18 95 4b 4c 04 00 00 62 00 62")) == "zlib");  // a window of 512 bytes
  CHECK(detected(from_hex("78 bb 11 22 33 44 4b 4c 4a 06 00")) ==
        "zlib");  // with a dictionary: recognised, then refused
  CHECK(detected(from_hex("1f 8b 08 1f 01 02 03 04 00 03")) == "gzip");
  CHECK(detected(from_hex("3f 00 00 80 00 ff ff ff ff ff ff ff ff 00 11 22")) == "lzma");  // other properties
  CHECK(detected(from_hex("5d 00 00 10 00 05 00 00 00 00 00 00 00 00 30 98")) == "lzma");  // length known
  CHECK(detected(from_hex("02 21 4c 18 04 00 00 00 30 61 62 63")) == "lz4");  // legacy: recognised, then refused
}

TEST_CASE("a stream that begins with a skippable frame goes to the codec behind it, where that can be seen") {
  CHECK(detected(from_hex("50 2a 4d 18 04 00 00 00 01 02 03 04 28 b5 2f fd")) == "zstd");
  CHECK(detected(from_hex("5f 2a 4d 18 04 00 00 00 01 02 03 04 04 22 4d 18")) == "lz4");
  CHECK(detected(from_hex("50 2a 4d 18 00 00 00 00 04 22 4d 18 64 70 00 00")) == "lz4");
  CHECK(detected(from_hex("50 2a 4d 18 00 00 00 00 50 2a 4d 18 00 00 00 00 04 22 4d 18")) == "lz4");
  CHECK(detected(from_hex("50 2a 4d 18 00 00 00 00 50 2a 4d 18 00 00 00 00")) == "zstd");  // cannot be seen
  CHECK(detected(from_hex("50 2a 4d 18 00 00 01 00 01 02 03 04 05 06 07 08")) == "zstd");
  CHECK(detected(from_hex("50 2a 4d 18 ff ff ff ff 01 02 03 04 05 06 07 08")) == "zstd");
  CHECK(detected(from_hex("50 2a 4d 18 00 00 00 00 de ad be ef 00 00 00 00")) == "nothing");
}

TEST_CASE("what is no stream is not taken for one") {
  for (const char* text : {"",
                           "x",
                           "xyz",
                           "x^2 + y^2 = z^2, as we know",
                           "x^",
                           "x ",
                           "x = 3",
                           "x?",
                           "x}",
                           "x} }\n\n# title",
                           "BZ",
                           "BZip is a program, and this is a text",
                           "BZh",
                           "BZh0 is none",
                           "BZh9 would be one, but not so",
                           "]\t",
                           "(lp0\nI1\na.",
                           "(dp0\nS'a'\np1\nI1\ns.",
                           "PK\x03\x04",
                           "GIF89a",
                           "{\"x\": 1}",
                           "ZF0x31f              "}) {
    CAPTURE(text);
    CHECK(detected(content_of(text)) == "nothing");
  }
  for (const char* hex : {"80 04 95 1d 00 00 00 00 00 00 00 8c 05 62 75 69 6c 74",  // a pickle
                          "80 02 5d 71 00 28 4b 01 4b 02 65 2e",
                          "80 05 4e 2e",
                          "5d 00",
                          "5d 71 00 28 4b 01 65 2e",                          // a pickle of protocol 1 begins with ]
                          "58 09 00 00 00 61 62 63 64 65 66 67 68 69 71 00",  // X: a str of 9 letters, protocol 1
                          "93 4e 55 4d 50 59 01 00 76 00 7b 27 64 65 73 63",  // npy
                          "50 4b 03 04 14 00 00 00 08 00 00 00 21 00 00 00",  // zip
                          "89 48 44 46 0d 0a 1a 0a 00 00 00 00 00 08 08 00",  // HDF5
                          "1f 8b",
                          "1f 8b 07 00 00 00 00 00 00 03",
                          "1f 8b 08 e0 00 00 00 00 00 03",
                          "78",
                          "78 9b 01 02 03 04 05 06",
                          "78 9c 07 00 00 00 00 00",  // a block of a type that does not exist
                          "78 01 01 05 00 05 00 61 62 63 64 65",
                          "fd 37 7a 58 5a",
                          "04 22 4d",
                          "28 b5 2f",
                          "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00",
                          "ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff ff",
                          "5d 00 00 81 00 ff ff ff ff ff ff ff ff 00 11 22",     // a dictionary that nobody writes
                          "5d 00 00 80 00 ff ff ff ff ff ff ff ff 01 11 22",     // not how the coder begins
                          "e1 00 00 80 00 ff ff ff ff ff ff ff ff 00 11 22"}) {  // properties out of range
    CAPTURE(hex);
    const std::string found = detected(from_hex(hex));
    // Two bytes of a gzip magic are all there is: nobody else begins so.
    CHECK(found == (std::string_view(hex) == "1f 8b" ? "gzip" : "nothing"));
  }
}
