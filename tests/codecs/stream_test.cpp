// Streams one after another: what follows a stream, and what stays untouched behind it.
#include "samples.h"
#include "tests/support/errors.h"

using namespace larder;
using namespace larder::testing;

namespace {

const Content first = words(5'000);
const Content second = mixture(3'000);
const Content payload = content_of("what follows belongs to somebody else");

Content zeros(std::size_t size) { return Content(size); }

// A skippable frame of lz4 and zstd.
Content skippable(const Content& content, unsigned char which = 0) {
  Content frame = from_hex("50 2a 4d 18 00 00 00 00");
  frame[0] |= static_cast<std::byte>(which);
  frame[4] = static_cast<std::byte>(content.size() & 0xff);
  frame[5] = static_cast<std::byte>(content.size() >> 8);
  return frame + content;
}

// A gzip member with every field a header can have.
Content gzip_with_fields(const Content& content) {
  const Content plain = packed(codec("gzip"), content);
  Content header = from_hex("1f 8b 08 1f 01 02 03 04 00 03") + from_hex("04 00 41 42 00 00") + content_of("name.txt") +
                   zeros(1) + content_of("a comment") + zeros(1);
  const std::uint32_t crc = crc32(header);
  header.push_back(static_cast<std::byte>(crc & 0xff));
  header.push_back(static_cast<std::byte>(crc >> 8 & 0xff));
  return header + Content(plain.begin() + 10, plain.end());
}

}  // namespace

TEST_CASE("streams one after another are one content") {
  for (const Codec* codec : codecs_with_streams()) {
    CAPTURE(codec->info().name);
    const Content both = packed(*codec, first) + packed(*codec, {}) + packed(*codec, second);
    CHECK((unpacked(*codec, both) == first + second));
    CHECK((unpacked_in_pieces(*codec, both, 1, 1) == first + second));
    CHECK((unpacked_in_pieces(*codec, both, 100'000, 1'000) == first + second));
  }
}

TEST_CASE("anything else behind the last stream is malformed") {
  for (const Codec* codec : codecs_with_streams()) {
    for (const Content& junk :
         {content_of("j"), content_of("junk that is longer than sixteen bytes"), from_hex("00 00 00 01")}) {
      CAPTURE(codec->info().name, junk.size());
      const Content compressed = packed(*codec, first) + junk;
      CHECK_ERROR(unpacked(*codec, compressed), malformed);
      const auto below = trickle(compressed, 1'000);
      const auto reader = codec->reader(*below);
      Content content(first.size());
      reader->read_exactly(content, "the content");  // all of it is there before the junk is looked at
      CHECK((content == first));
      CHECK_ERROR(reader->peek(1), malformed);
    }
  }
}

TEST_CASE("zeros behind gzip and xz are padding") {
  for (const std::size_t size : std::initializer_list<std::size_t>{1, 15, 16, 17, 511, 100'000}) {
    CAPTURE(size);
    const Content padded = packed(codec("gzip"), first) + zeros(size);
    CHECK((unpacked(codec("gzip"), padded) == first));
    CHECK((unpacked_in_pieces(codec("gzip"), padded, 100, 16) == first));
    CHECK((unpacked(codec("gzip"), padded + padded) == first + first));
    CHECK_ERROR(unpacked(codec("gzip"), padded + content_of("x")), malformed);
  }
  for (const std::size_t size : std::initializer_list<std::size_t>{4, 8, 16, 20, 100'000}) {
    CAPTURE(size);
    const Content padded = packed(codec("xz"), first) + zeros(size);
    CHECK((unpacked(codec("xz"), padded) == first));
    CHECK((unpacked_in_pieces(codec("xz"), padded + padded, 100, 16) == first + first));
    CHECK_ERROR(unpacked(codec("xz"), padded + zeros(1)), malformed);
    CHECK_ERROR(unpacked(codec("xz"), padded + zeros(3) + padded), malformed);
  }
  for (const char* name : {"zlib", "bz2", "lzma", "lz4", "zstd", "xor"}) {
    CAPTURE(name);
    CHECK_ERROR(unpacked(codec(name), packed(codec(name), first) + zeros(16)), malformed);
  }
}

TEST_CASE("skippable frames of lz4 and zstd are passed over, wherever they are") {
  for (const char* name : {"lz4", "zstd"}) {
    CAPTURE(name);
    const Content one = packed(codec(name), first);
    const Content two = packed(codec(name), second);
    const Content all =
        skippable({}) + skippable(noise(1'000), 15) + one + skippable(noise(10), 3) + two + skippable(noise(300));
    CHECK((unpacked(codec(name), all) == first + second));
    CHECK((unpacked_in_pieces(codec(name), all, 1, 1) == first + second));
    CHECK(unpacked(codec(name), skippable(noise(5))).empty());
    Content cut = one + skippable(noise(10));
    cut.pop_back();
    CHECK_ERROR(unpacked(codec(name), cut), truncated);
  }
}

TEST_CASE("gzip headers with all fields are read and their checksum is verified") {
  const Content compressed = gzip_with_fields(first);
  CHECK(codec("gzip").recognises(compressed));
  CHECK((unpacked(codec("gzip"), compressed + compressed) == first + first));
  CHECK((unpacked_in_pieces(codec("gzip"), compressed, 1, 1) == first));
  Content damaged = compressed;
  damaged[5] ^= std::byte{1};  // the time
  CHECK_ERROR(unpacked(codec("gzip"), damaged), checksum);
}

TEST_CASE("gzip in gzip is opened one layer deep") {
  const Content inner = packed(codec("gzip"), first);
  CHECK((unpacked(codec("gzip"), packed(codec("gzip"), inner)) == inner));
}

TEST_CASE("finish leaves the source right behind the stream, however much was read") {
  for (const Codec* codec : codecs_with_streams()) {
    const Content one = packed(*codec, first);
    for (const std::size_t wanted :
         {std::size_t{0}, std::size_t{1}, std::size_t{100}, first.size() - 1, first.size()}) {
      for (const std::size_t piece_below : {std::size_t{1}, std::size_t{1} << 20}) {
        CAPTURE(codec->info().name, wanted, piece_below);
        const Content source = one + packed(*codec, second) + payload;
        const auto below = trickle(source, piece_below);
        {
          const auto reader = codec->reader(*below);
          Content content(wanted);
          reader->read_exactly(content, "the first content");
          CHECK(reader->position() == wanted);
          CHECK(reader->finish() == first.size() - wanted);
          CHECK(reader->position() == first.size());
          CHECK(reader->finish() == 0);
        }
        CHECK(below->position() == one.size());
        const auto reader = codec->reader(*below);
        Content content(second.size());
        reader->read_exactly(content, "the second content");
        CHECK((content == second));
        CHECK(reader->finish() == 0);
        CHECK((read_to_end(*below) == payload));
      }
    }
  }
}

TEST_CASE("after finish, reading goes on with the next stream") {
  for (const Codec* codec : codecs_with_streams()) {
    CAPTURE(codec->info().name);
    const Content source = packed(*codec, first) + packed(*codec, second);
    const auto below = trickle(source, 100);
    const auto reader = codec->reader(*below);
    Content some(10);
    reader->read_exactly(some, "some bytes");
    reader->finish();
    CHECK((read_to_end(*reader) == second));
  }
}

TEST_CASE("nothing behind a stream is asked for before somebody wants more") {
  for (const Codec* codec : codecs_with_streams()) {
    CAPTURE(codec->info().name);
    const Content source = packed(*codec, first);
    std::size_t given = 0;
    const auto below = callback_reader([&](MutableBytes out) {
      if (given == source.size()) throw Error(ErrorKind::io, "a socket would wait here for ever");
      const std::size_t size = std::min(out.size(), source.size() - given);
      std::copy_n(source.begin() + static_cast<std::ptrdiff_t>(given), size, out.begin());
      given += size;
      return size;
    });
    const auto reader = codec->reader(*below);
    Content content(first.size());
    reader->read_exactly(content, "the content");
    CHECK(reader->finish() == 0);
    CHECK((content == first));
    CHECK_ERROR(reader->read(content), io);
  }
}

TEST_CASE("finish verifies the checksum of what was not read") {
  for (const Codec* codec : codecs_with_streams()) {
    if (!codec->info().has_checksum || codec->info().name == "bz2" || codec->info().name == "xz") continue;
    CAPTURE(codec->info().name);
    Content damaged = packed(*codec, first);
    damaged[damaged.size() - 3] ^= std::byte{4};
    const auto below = memory_reader(damaged);
    const auto reader = codec->reader(*below);
    CHECK_ERROR(reader->finish(), checksum);
  }
}

TEST_CASE("a writer appends one stream and leaves the writer below open") {
  for (const Codec* codec : codecs_with_streams()) {
    CAPTURE(codec->info().name);
    MemoryWriter target;
    target.write(payload);
    for (const Content* content : {&first, &second}) {
      const auto writer = codec->writer(target);
      writer->write(*content);
      writer->finish();
      CHECK_ERROR(writer->write(first), usage);
    }
    target.write(payload);
    target.finish();
    const auto below = memory_reader(target.bytes());
    below->consume(below->peek(payload.size()).first(payload.size()).size());
    const auto reader = codec->reader(*below);
    Content content(first.size() + second.size());
    reader->read_exactly(content, "both contents");
    reader->finish();
    CHECK((content == first + second));
    CHECK((read_to_end(*below) == payload));
  }
}

TEST_CASE("a writer that is dropped writes no end") {
  for (const Codec* codec : codecs_with_streams()) {
    CAPTURE(codec->info().name);
    MemoryWriter target;
    codec->writer(target)->write(mixture(200'000));
    target.flush();
    CHECK_ERROR(unpacked(*codec, target.bytes()), truncated);
  }
}
