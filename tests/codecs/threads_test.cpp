// Several threads: what every codec owes its users, whether it works in blocks or not.
#include "codecs/decoding_reader.h"
#include "codecs/engine.h"
#include "samples.h"
#include "tests/support/errors.h"

using namespace larder;
using namespace larder::testing;

namespace {

// Fast, and the same work for all: what is tested here is how blocks are cut and joined.
int quick_level(const Codec& codec) { return std::max(codec.info().min_level, 1); }

CodecOptions options_of(const Codec& codec, int threads) {
  CodecOptions options{.threads = threads};
  if (codec.info().has_levels) options.level = quick_level(codec);
  return options;
}

Content written(const Codec& codec, Bytes content, int threads, std::size_t piece) {
  MemoryWriter target;
  const auto writer = codec.writer(target, options_of(codec, threads));
  for (std::size_t done = 0; done < content.size(); done += piece)
    writer->write(content.subspan(done, std::min(piece, content.size() - done)));
  writer->finish();
  target.finish();
  return target.take();
}

// What a reader gives, or what it says.
struct Answer {
  Content content{};
  std::string error{};
};

Answer answer(const Codec& codec, Bytes stream, int threads) {
  const auto below = memory_reader(stream);
  const auto reader = codec.reader(*below, {.threads = threads});
  Answer result;
  try {
    result.content = read_to_end(*reader, std::size_t{6} << 20);
  } catch (const Error& error) {
    // Without the place, which tells how far the decoder had come: that depends on how much it was asked for.
    result.error = std::string(error.what()).substr(0, std::string_view(error.what()).find(" ("));
  }
  return result;
}

// Several blocks of every codec that has blocks, at its quick level.
const Content& long_content() {
  static const Content content = words(4'000'000) + noise(400'000) + words(4'600'001);
  return content;
}

}  // namespace

TEST_CASE("every codec writes the same bytes on any number of threads, and from run to run") {
  for (const Codec* codec : codecs_with_streams()) {
    if (codec->info().name == "xor") continue;  // cuts blocks as it is called
    CAPTURE(codec->info().name);
    const Content once = written(*codec, long_content(), 1, 1 << 20);
    CHECK((written(*codec, long_content(), 3, long_content().size()) == once));
    CHECK((written(*codec, long_content(), 7, 100'000) == once));
  }
}

TEST_CASE("every codec reads the same bytes on any number of threads") {
  for (const Codec* codec : all_codecs()) {
    CAPTURE(codec->info().name);
    const Content stream = written(*codec, long_content(), 2, 1 << 20);
    for (const int threads : {1, 2, 7}) {
      CAPTURE(threads);
      CHECK((answer(*codec, stream, threads).content == long_content()));
    }
    const auto below = memory_reader(stream);
    const auto reader = codec->reader(*below, {.threads = 3});
    CHECK((read_to_end(*reader, 10'000) == long_content()));
  }
}

// A fall back on the Decoder would take twice the time, and nobody would see it: xz did, for want of a field in its
// foot.
TEST_CASE("what codecs write in blocks is read in blocks, without the decoder") {
  using namespace larder::internal;
  const std::pair<const char*, std::optional<Engine>> engines[] = {{"zlib", zlib_engine()}, {"gzip", gzip_engine()},
                                                                   {"bz2", bz2_engine()},   {"xz", xz_engine()},
                                                                   {"lz4", lz4_engine()},   {"zstd", zstd_engine()}};
  for (const auto& [name, engine] : engines) {
    CAPTURE(name);
    if (!engine || engine->block_decoding == nullptr) continue;
    const Content stream = written(codec(name), long_content(), 2, 1 << 20);
    for (const std::size_t piece : {std::size_t{60'000}, std::size_t{3} << 20, long_content().size()}) {
      Decoding decoding{.decoder = [] { return std::unique_ptr<Decoder>(); }, .threads = 3};
      decoding.blocks = [make = engine->block_decoding] { return make({}); };
      const auto below = memory_reader(stream);
      DecodingReader reader(*below, decoding, name, {});
      CHECK((read_to_end(reader, piece) == long_content()));
    }
  }
}

TEST_CASE("what one thread says of a damaged or cut stream, many say too") {
  for (const Codec* codec : codecs_with_streams()) {
    CAPTURE(codec->info().name);
    const Content stream = written(*codec, long_content(), 2, 1 << 20);
    std::uint64_t state = noise_seed;
    for (int i = 0; i < 6; ++i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      const auto place = static_cast<std::size_t>(state >> 16) % stream.size();
      CAPTURE(noise_seed, i, place);
      Content damaged = stream;
      damaged[place] ^= static_cast<std::byte>(1U << i % 8);
      const Answer one = answer(*codec, damaged, 1);
      const Answer many = answer(*codec, damaged, 3);
      CHECK(many.error == one.error);
      CHECK((many.content == one.content));
      if (i % 2 == 0) continue;
      const Bytes cut = Bytes(stream).first(place);
      CHECK(answer(*codec, cut, 3).error == answer(*codec, cut, 1).error);
    }
  }
}

TEST_CASE("a codec whose readers seek reads the same from anywhere") {
  for (const Codec* codec : codecs_with_streams()) {
    const Content stream = written(*codec, long_content(), 2, 1 << 20);
    const auto below = memory_reader(stream);
    const auto reader = codec->reader(*below, {.threads = 2});
    CAPTURE(codec->info().name);
    if (!reader->can_seek()) {
      CHECK_ERROR(reader->seek(1), unsupported);
      continue;
    }
    CHECK(reader->size() == long_content().size());
    std::uint64_t state = noise_seed;
    for (int i = 0; i < 20; ++i) {
      state = state * 6364136223846793005U + 1442695040888963407U;
      const auto place = static_cast<std::size_t>(state >> 16) % long_content().size();
      const std::size_t size = std::min<std::size_t>(5000, long_content().size() - place);
      CAPTURE(noise_seed, i, place);
      reader->seek(place);
      Content part(size);
      reader->read_exactly(part, "a part");
      const auto expected = long_content().begin() + static_cast<std::ptrdiff_t>(place);
      CHECK(std::equal(part.begin(), part.end(), expected));
    }
    reader->seek(0);
    CHECK((read_to_end(*reader) == long_content()));
    reader->seek(long_content().size());
    CHECK(reader->peek(1).empty());
  }
}

TEST_CASE("a number of threads that is none is refused") {
  for (const Codec* codec : all_codecs()) {
    const auto below = memory_reader(Bytes{});
    MemoryWriter target;
    CHECK_ERROR(codec->reader(*below, {.threads = -1}), usage);
    CHECK_ERROR(codec->writer(target, {.threads = -1}), usage);
    CHECK_ERROR(codec->compress({}, {.threads = -1}), usage);
  }
}
