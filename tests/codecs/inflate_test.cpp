// The engines that decompress deflate data, against each other, and the checksums around them.
#include "codecs/isal.h"
#include "codecs/libdeflate.h"
#include "codecs/libz.h"

#include <catch2/catch.hpp>

#include <random>
#include <string>

#include <larder/error.h>

#include "flushed.h"

using namespace larder;
using namespace larder::internal;
using namespace larder::testing;

namespace {

struct Outcome {
  Content content;
  bool ended = false;
  std::size_t consumed = 0;
  std::string error;
};

// Gives `in` in pieces of up to `piece` bytes, and room for up to `room` bytes.
Outcome inflate(Inflate& engine, Bytes in, std::size_t piece, std::size_t room, std::mt19937_64& random) {
  Outcome outcome;
  Content out(room);
  engine.restart();
  try {
    for (int idle = 0; !outcome.ended && idle < 3;) {
      const Bytes rest = in.subspan(outcome.consumed);
      const MutableBytes target = MutableBytes(out).first(1 + random() % room);
      const Step step = engine.step(rest.first(std::min<std::size_t>(rest.size(), 1 + random() % piece)), target);
      outcome.consumed += step.consumed;
      outcome.ended = step.ended;
      outcome.content.insert(outcome.content.end(), target.begin(),
                             target.begin() + static_cast<std::ptrdiff_t>(step.produced));
      idle = step.consumed == 0 && step.produced == 0 ? idle + 1 : 0;
    }
  } catch (const Error& error) {
    REQUIRE(error.kind() == ErrorKind::malformed);
    outcome.error = error.what();
  }
  return outcome;
}

std::size_t any_up_to(std::mt19937_64& random, int bits) {
  return 1 + random() % (std::size_t{1} << random() % static_cast<unsigned>(bits));
}

Content any_deflated(std::mt19937_64& random) {
  Content content = random() % 2 == 0 ? mixture(random() % 5'000) : words(random() % 5'000);
  if (random() % 4 == 0) content = content + Content(random() % 100'000);
  const auto number = [&](unsigned count) { return static_cast<int>(random() % count); };
  return deflated(content, {.level = number(10), .strategy = number(5), .memory = 1 + number(9)});
}

void damage(Content& stream, std::mt19937_64& random) {
  for (auto count = random() % 4; count != 0; --count) {
    const bool in_head = random() % 2 == 0;
    stream[random() % (in_head ? std::min<std::size_t>(stream.size(), 80) : stream.size())] ^=
        static_cast<std::byte>(1U << random() % 8);
  }
  if (random() % 6 == 0) stream.resize(1 + random() % stream.size());
}

// What ISA-L takes and zlib does not: sets of Huffman codes with gaps, as long as nothing uses these.
bool is_about_gaps(const std::string& error) {
  return error.find("code lengths set") != std::string::npos || error.find("distances set") != std::string::npos ||
         error.find("literal/lengths set") != std::string::npos;
}

}  // namespace

TEST_CASE("engines give the same content, and leave what stands behind the stream") {
  const auto isal = isal_inflate();
  const auto libz = libz_inflate();
  if (!isal) {
    WARN("not tested: this build lacks ISA-L");
    return;
  }
  std::mt19937_64 random(20240607);
  for (int round = 0; round < 2'500; ++round) {
    Content stream = any_deflated(random);
    damage(stream, random);
    stream = stream + noise(random() % 20, random());
    const std::size_t piece = any_up_to(random, 16);
    const std::size_t room = any_up_to(random, 18);
    CAPTURE(round, stream.size(), piece, room);
    const Outcome expected = inflate(*libz, stream, stream.size(), 1 << 18, random);
    const Outcome outcome = inflate(*isal, stream, piece, room, random);
    if (is_about_gaps(expected.error)) continue;
    const bool notices_damage_before_the_cut = expected.error.empty() && !expected.ended && !outcome.error.empty();
    if (!notices_damage_before_the_cut) REQUIRE(outcome.error.empty() == expected.error.empty());
    REQUIRE(outcome.ended == expected.ended);
    if (!outcome.ended) continue;
    REQUIRE(outcome.consumed == expected.consumed);
    REQUIRE((outcome.content == expected.content));
  }
}

TEST_CASE("engines tell where a block starts") {
  const Content content = words(3'000);
  const Content one = flushed(Wrapper::zlib, content + content, content.size());
  const Content without_header(one.begin() + 2, one.end());
  const Content marker = from_hex("00 00 ff ff");
  const auto at = std::search(without_header.begin(), without_header.end(), marker.begin(), marker.end());
  const Bytes first =
      Bytes(without_header).first(static_cast<std::size_t>(at - without_header.begin()) + marker.size());
  for (const auto make : {isal_inflate, libz_inflate}) {
    const auto engine = make();
    if (!engine) continue;
    Content out(content.size());  // exactly as long as the content
    CHECK(engine->step(first.first(first.size() - 1), out).produced == content.size());
    CHECK_FALSE(engine->at_block_start());
    engine->restart();
    CHECK(engine->step(first, out).consumed == first.size());
    CHECK(engine->at_block_start());
    CHECK((out == content));
    engine->restart();
    out.resize(content.size() - 1);
    engine->step(first, out);
    CHECK_FALSE(engine->at_block_start());
  }
}

TEST_CASE("checksums are those of the formats, whoever computes them") {
  const Content content = mixture(100'000);
  std::uint32_t low = 1;
  std::uint32_t high = 0;
  for (const std::byte byte : content) {
    low = (low + std::to_integer<std::uint32_t>(byte)) % 65521;
    high = (high + low) % 65521;
  }
  const std::uint32_t adler = high << 16 | low;
  const std::uint32_t crc = testing::crc32(content);
  CHECK(checksum(Wrapper::zlib, checksum_of_nothing(Wrapper::zlib), content) == adler);
  CHECK(checksum(Wrapper::gzip, checksum_of_nothing(Wrapper::gzip), content) == crc);
  for (const auto* functions : {libz_checksums(), isal_checksums(), libdeflate_checksums()}) {
    if (functions == nullptr) continue;
    const Bytes bytes = content;
    for (const std::size_t cut : {0U, 1U, 5'552U, 99'999U, 100'000U}) {
      CHECK(functions->adler32(functions->adler32(1, bytes.first(cut)), bytes.subspan(cut)) == adler);
      CHECK(functions->crc32(functions->crc32(0, bytes.first(cut)), bytes.subspan(cut)) == crc);
    }
  }
}

TEST_CASE("checksums of pieces make that of the whole") {
  const Content content = mixture(70'000);
  for (const Wrapper wrapper : {Wrapper::zlib, Wrapper::gzip}) {
    const auto of = [&](Bytes bytes) { return checksum(wrapper, checksum_of_nothing(wrapper), bytes); };
    for (const std::size_t cut : {0U, 1U, 255U, 65'521U, 69'999U, 70'000U}) {
      const Bytes bytes = content;
      CHECK(joined_checksum(wrapper, of(bytes.first(cut)), of(bytes.subspan(cut)), content.size() - cut) == of(bytes));
    }
    // 2^40 zero bytes, by doubling: pieces longer than 32 bits count.
    std::uint32_t zeros = of(Content(1));
    for (int doubling = 0; doubling < 40; ++doubling)
      zeros = joined_checksum(wrapper, zeros, zeros, std::uint64_t{1} << doubling);
    CHECK(zeros == (wrapper == Wrapper::zlib ? 0xe1000001 : 0x0d968558));
  }
}
