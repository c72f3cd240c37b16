// .xz streams in blocks: how they are written, and that they are read block by block.
#include <algorithm>
#include <cstring>
#include <random>

#include "codecs/elements.h"
#include "codecs/engine.h"
#include "samples.h"
#include "tests/support/errors.h"

using namespace larder;
using namespace larder::testing;

namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;

const Codec& xz() { return codec("xz"); }

template <class T>
Content bytes_of(const std::vector<T>& values) {
  Content result(values.size() * sizeof(T));
  std::memcpy(result.data(), values.data(), result.size());
  return result;
}

// Milliseconds, a thousand more or less from one to the next.
Content time_stamps(std::size_t size) {
  std::mt19937_64 random(noise_seed);
  std::vector<std::uint64_t> values(size / 8);
  std::uint64_t now = 1'700'000'000'000;
  for (std::uint64_t& value : values) value = now += 900 + random() % 200;
  return bytes_of(values);
}

// Pairs of 16-bit values that go their own ways.
Content two_series(std::size_t size) {
  std::mt19937_64 random(noise_seed);
  std::vector<std::uint16_t> values(size / 2);
  std::uint16_t last[] = {1000, 52000};
  for (std::size_t i = 0; i < values.size(); ++i)
    values[i] = last[i % 2] = static_cast<std::uint16_t>(last[i % 2] + random() % 31 - 15);
  return bytes_of(values);
}

// Floats without any order.
Content weights(std::size_t size) {
  std::mt19937 random(noise_seed);
  std::vector<float> values(size / 4);
  for (float& value : values) {
    float sum = -6;
    for (int i = 0; i < 12; ++i) sum += static_cast<float>(random() % 4096) / 4096;
    value = sum * 0.02f;
  }
  return bytes_of(values);
}

// As an xz that knows no elements and no blocks writes it: the older format takes the same presets.
std::size_t plain_size(const Content& content, int level) { return packed(codec("lzma"), content, level).size(); }

Content packed_on(int threads, const Content& content, int level) {
  return content_of(xz().compress(content, {.level = level, .threads = threads}));
}

Content unpacked_on(int threads, const Content& compressed) {
  return content_of(xz().decompress(compressed, {.threads = threads}));
}

// The content, or the kind of the error.
Content outcome_on(int threads, const Content& compressed) {
  try {
    return unpacked_on(threads, compressed);
  } catch (const Error& error) {
    return content_of(name_of(error.kind()));
  }
}

// One stream whose blocks hold these contents.
Content in_blocks(const std::vector<Content>& contents) {
  const auto encoding = internal::xz_engine()->blocks(0);
  const auto compressor = encoding->compressor();
  const auto copy_of = [](Bytes bytes) { return Content(bytes.begin(), bytes.end()); };
  Content result = copy_of(encoding->begin());
  internal::CompressedBlock block;
  for (const Content& content : contents) {
    compressor->compress({.bytes = content, .size = content.size()}, &content == &contents.back(), block);
    result = result + copy_of(encoding->join(block));
  }
  return result + copy_of(encoding->end());
}

internal::BlockIndex index_of(const Content& compressed) {
  const auto source = memory_reader(Bytes(compressed));
  return internal::xz_engine()->index(*source, {}).value();
}

std::size_t second_block(const Content& compressed) {
  return static_cast<std::size_t>(index_of(compressed).blocks.at(1).compressed);
}

}  // namespace

TEST_CASE("xz writes blocks, the same on any number of threads") {
  const Content content = time_stamps(4 * mebibyte) + words(500'000) + two_series(4 * mebibyte);
  const Content compressed = packed_on(1, content, 0);
  CHECK((packed_on(2, content, 0) == compressed));
  CHECK((packed_on(5, content, 0) == compressed));
  MemoryWriter target;
  const auto writer = xz().writer(target, {.level = 0, .threads = 3});
  for (std::size_t done = 0; done < content.size(); done += std::min<std::size_t>(70'001, content.size() - done))
    writer->write(Bytes(content).subspan(done, std::min<std::size_t>(70'001, content.size() - done)));
  writer->finish();
  CHECK((target.take() == compressed));
  CHECK((unpacked_on(1, compressed) == content));
  CHECK((unpacked_on(2, compressed) == content));

  const internal::BlockIndex index = index_of(compressed);
  CHECK(index.size == content.size());
  CHECK(index.blocks.size() == 5);  // of 2 MiB each
  CHECK(index.blocks[0].compressed == 12);
}

TEST_CASE("xz of nothing has no block, and of a byte one") {
  CHECK(packed(xz(), {}).size() == 32);  // head, index, foot
  CHECK(index_of(packed(xz(), {})).blocks.empty());
  CHECK(index_of(packed(xz(), words(1))).blocks.size() == 1);
}

TEST_CASE("xz finds the differences of series, side by side as well, and keeps off where they are no simpler") {
  INFO("seed " << noise_seed);
  const Content stamps = time_stamps(200'000);
  const Content series = two_series(200'000);
  const Content floats = weights(200'000);
  const Content text = words(200'000);
  for (const int level : {0, 3, 6}) {
    CAPTURE(level);
    CHECK(packed(xz(), stamps, level).size() < plain_size(stamps, level) * 7 / 10);
    CHECK(packed(xz(), series, level).size() < plain_size(series, level) * 8 / 10);
    CHECK(packed(xz(), floats, level).size() < plain_size(floats, level));
    CHECK(packed(xz(), text, level).size() < plain_size(text, level) + 100);
  }
}

TEST_CASE("what is repeated far away is told from what is repeated nearby, and from what is not") {
  const Content plane = weights(mebibyte);
  CHECK(internal::repeats_far(plane + plane, 4));
  CHECK(internal::repeats_far(plane + Content(4) + plane, 4));
  CHECK_FALSE(internal::repeats_far(plane + weights(2 * mebibyte), 8));
  CHECK_FALSE(internal::repeats_far(plane, 4));
  CHECK_FALSE(internal::repeats_far(Content(2 * mebibyte), 8));
  const Content row(plane.begin(), plane.begin() + 10'000);
  Content rows;
  while (rows.size() < mebibyte) rows.insert(rows.end(), row.begin(), row.end());
  CHECK_FALSE(internal::repeats_far(rows, 4));
}

TEST_CASE("xz tells elements of any width from text, and at any place") {
  for (const std::size_t head : std::initializer_list<std::size_t>{0, 1, 3, 128, 1000}) {
    CAPTURE(head);
    const Content content = words(head) + time_stamps(300'000);
    CHECK(packed(xz(), content, 1).size() < plain_size(content, 1) * 7 / 10);
    CHECK((unpacked(xz(), packed(xz(), content, 1)) == content));
  }
}

TEST_CASE("xz content seeks by block, over several streams and padding") {
  const Content first = in_blocks({time_stamps(100'000), two_series(150'000), words(70'000), noise(10'000)});
  const Content second = in_blocks({weights(100'000), noise(1)});
  const Content content =
      time_stamps(100'000) + two_series(150'000) + words(70'000) + noise(10'000) + weights(100'000) + noise(1);
  const Content compressed = first + Content(8) + packed(xz(), {}) + second + Content(4);
  CHECK(index_of(compressed).blocks.size() == 6);

  const auto source = memory_reader(Bytes(compressed));
  const auto reader = xz().reader(*source);
  REQUIRE(reader->can_seek());
  CHECK(reader->size() == content.size());
  INFO("seed " << noise_seed);
  std::mt19937 random(noise_seed);
  for (int i = 0; i < 40; ++i) {
    const std::size_t place = random() % content.size();
    Content piece(std::min<std::size_t>(100, content.size() - place));
    CAPTURE(place);
    reader->seek(place);
    reader->read_exactly(piece, "a piece");
    CHECK(std::equal(piece.begin(), piece.end(), content.begin() + static_cast<std::ptrdiff_t>(place)));
  }
  reader->seek(240'000);
  CHECK((read_to_end(*reader) == Content(content.begin() + 240'000, content.end())));
}

TEST_CASE("an xz file with more behind it than padding has no index") {
  const Content whole = in_blocks({noise(1000), noise(2000)});
  for (const Content& other :
       {whole + content_of("junk"), whole + Content(3), Content(whole.begin(), whole.end() - 1)}) {
    const auto source = memory_reader(Bytes(other));
    CHECK(!internal::xz_engine()->index(*source, {}));
  }
}

TEST_CASE("xz streams one after another, with padding, are read on many threads") {
  const Content one = noise(90'000) + time_stamps(90'000);
  const Content two = two_series(90'000) + noise(90'000);
  const Content stream = in_blocks({noise(90'000), time_stamps(90'000)});
  const Content compressed =
      stream + Content(4) + packed(xz(), {}) + in_blocks({two_series(90'000), noise(90'000)}) + Content(12) + stream;
  for (const int threads : {1, 2, 3}) CHECK((unpacked_on(threads, compressed) == one + two + one));
}

TEST_CASE("whatever happens to an xz stream, many threads say what one says") {
  INFO("seed " << noise_seed);
  const std::vector<Content> blocks = {noise(60'000), time_stamps(60'000), words(60'000), noise(60'001)};
  const Content whole = in_blocks(blocks);
  REQUIRE((unpacked_on(2, whole) == blocks[0] + blocks[1] + blocks[2] + blocks[3]));
  std::mt19937 random(noise_seed);
  for (int i = 0; i < 300; ++i) {
    Content damaged = whole;
    // What can be confused stands at the ends, in heads, index and foot, and between the blocks.
    const std::size_t places[] = {random() % 60, damaged.size() - 1 - random() % 80, random() % damaged.size(),
                                  second_block(whole) + random() % 30};
    const std::size_t place = places[i % 4];
    CAPTURE(i, place);
    if (i % 5 == 4)
      damaged.resize(place);
    else if (i % 5 == 3)
      damaged.insert(damaged.begin() + static_cast<std::ptrdiff_t>(place), std::byte{0});
    else
      damaged[place] ^= static_cast<std::byte>(1u << random() % 8);
    CHECK((outcome_on(2, damaged) == outcome_on(1, damaged)));
  }
}
