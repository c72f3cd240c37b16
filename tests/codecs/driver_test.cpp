// The two drivers hold out against encoders and decoders that misbehave, and say where an error is.
#include "fakes.h"
#include "samples.h"
#include "tests/support/errors.h"

using namespace larder;
using namespace larder::testing;

namespace {

Step nothing(Bytes, MutableBytes, bool) { return {}; }
Step everything(Bytes in, MutableBytes, bool last) { return {.consumed = in.size(), .ended = last}; }
Step too_much(Bytes in, MutableBytes, bool) { return {.consumed = in.size() + 1}; }
Step too_much_out(Bytes, MutableBytes out, bool) { return {.produced = out.size() + 1}; }
Step ended_early(Bytes in, MutableBytes, bool) { return {.consumed = in.size(), .ended = true}; }

const Content content = words(200'000);

std::string message_of(const Codec& codec, const Content& compressed) {
  try {
    const auto below = memory_reader(compressed, "some.file");
    read_to_end(*codec.reader(*below));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("an encoder that makes no progress is an error, not a hang") {
  CHECK_ERROR(FakeCodec(nothing, nothing).compress(content), io);
  CHECK_ERROR(FakeCodec(nothing, nothing).compress({}), io);
}

TEST_CASE("an encoder that claims more than it was given is an error") {
  CHECK_ERROR(FakeCodec(too_much, nothing).compress(content), io);
  CHECK_ERROR(FakeCodec(too_much_out, nothing).compress(content), io);
  CHECK_ERROR(FakeCodec(ended_early, nothing).compress(content), io);
}

TEST_CASE("a decoder that makes no progress is an error, not a hang") {
  CHECK_ERROR(FakeCodec(nothing, nothing).decompress(content), malformed);
  CHECK_ERROR(FakeCodec(nothing, nothing).decompress({}), truncated);
  CHECK_ERROR(FakeCodec(nothing, nothing).reader(*memory_reader(content))->finish(), malformed);
}

TEST_CASE("a decoder that claims more than it was given is an error") {
  CHECK_ERROR(FakeCodec(nothing, too_much).decompress(content), malformed);
  CHECK_ERROR(FakeCodec(nothing, too_much_out).decompress(content), malformed);
}

TEST_CASE("a decoder whose streams or padding take nothing cannot run for ever") {
  const auto ended = [](Bytes, MutableBytes, bool) { return Step{.ended = true}; };
  CHECK_ERROR(FakeCodec(nothing, ended, {.kind = Tail::Kind::stream}).decompress(content), limit);
  CHECK_ERROR(FakeCodec(nothing, ended, {.kind = Tail::Kind::padding}).decompress(content), malformed);
  CHECK_ERROR(FakeCodec(nothing, ended, {.kind = Tail::Kind::padding, .size = 1'000'000}).decompress(content),
              truncated);
}

TEST_CASE("encoders and decoders get slices of 4 MiB at most") {
  const Content large(10 << 20);
  std::size_t largest = 0;
  const auto note = [&](Bytes in, MutableBytes out, bool last) {
    largest = std::max({largest, in.size(), out.size()});
    return everything(in, out, last);
  };
  FakeCodec(note, nothing).compress(large);
  CHECK(largest == 4 << 20);
  largest = 0;
  Content target(large.size());
  FakeCodec(nothing, note).reader(*memory_reader(large))->read(target);
  CHECK(largest == 4 << 20);
}

TEST_CASE("an error says where it is in both streams") {
  Content compressed = packed(codec("gzip"), content);
  const std::size_t size = compressed.size();
  compressed.resize(size - 3);
  CHECK(message_of(codec("gzip"), compressed) == "the input ends before the stream does (gzip: byte " +
                                                     std::to_string(size - 3) +
                                                     " of some.file, byte 200000 after decompression)");
}

TEST_CASE("an error of the source passes through, and its kind stays") {
  const Content compressed = packed(codec("zstd"), content);
  std::size_t calls = 0;
  const auto below = callback_reader([&](MutableBytes out) -> std::size_t {
    if (calls++ == 1) throw Error(ErrorKind::io, "the disk is gone");
    std::copy_n(compressed.begin(), 100, out.begin());
    return 100;
  });
  CHECK_ERROR(read_to_end(*codec("zstd").reader(*below)), io);
}

TEST_CASE("an error of the target passes through") {
  const auto target = callback_writer([](Bytes) { throw Error(ErrorKind::io, "the disk is full"); });
  const auto writer = codec("gzip").writer(*target);
  writer->write(content);
  CHECK_ERROR(writer->finish(), io);
}
