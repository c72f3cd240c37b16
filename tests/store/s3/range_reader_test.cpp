// What range_reader gives, and what it fetches for it.
#include "store/s3/range_reader.h"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <random>
#include <thread>

#include "base/text.h"
#include "codecs/deflate_checksum.h"
#include "tests/support/errors.h"
#include "tests/support/sparse_object.h"

namespace larder::testing {
namespace {

using internal::s3::RangedObject;
using internal::s3::RangeLimits;

constexpr std::uint64_t kib = 1024;
constexpr std::uint64_t mib = 1024 * kib;

std::vector<std::byte> content(std::uint64_t offset, std::uint64_t size) {
  std::vector<std::byte> bytes(static_cast<std::size_t>(size));
  fill_by_offset(offset, bytes);
  return bytes;
}

// Something far away, which writes down what it is asked for.
struct FarAway {
  explicit FarAway(std::uint64_t whole) : size(whole) {}

  void fetch(std::uint64_t offset, MutableBytes into) {
    const std::uint64_t number = fetches++;
    const int busy = ++at_once;
    {
      const std::lock_guard lock(mutex);
      most_at_once = std::max(most_at_once, busy);
      furthest = std::max(furthest, offset + into.size());
      largest = std::max<std::uint64_t>(largest, into.size());
    }
    bytes += into.size();
    if (wait_for > 0) meet();
    if (number == fails_at) {
      --at_once;
      throw Error(ErrorKind::conflict, "the object was replaced");
    }
    if (offset + into.size() > size) outside = true;
    fill_by_offset(offset, into);
    --at_once;
  }

  // Waits for others, who must come as well.
  void meet() {
    std::unique_lock lock(mutex);
    ++arrived;
    all_here.notify_all();
    if (!all_here.wait_for(lock, std::chrono::seconds(60), [&] { return arrived >= wait_for; })) alone = true;
  }

  std::uint64_t size;
  std::uint64_t fails_at = UINT64_MAX;
  std::atomic<int> wait_for{0};
  std::atomic<std::uint64_t> fetches{0}, bytes{0};
  std::atomic<int> at_once{0};
  std::atomic<bool> outside{false}, alone{false};
  std::mutex mutex;
  std::condition_variable all_here;
  int arrived = 0;
  int most_at_once = 0;
  std::uint64_t furthest = 0;
  std::uint64_t largest = 0;
};

struct How {
  RangeLimits limits{.part = mib, .threads = 3, .memory = 8 * mib};
  std::uint64_t first = 0;
  ByteRange range{};
  std::optional<std::uint32_t> crc32{};
};

std::unique_ptr<Reader> open(FarAway& source, const How& how = {}) {
  RangedObject object{.name = "far/away",
                      .size = source.size,
                      .crc32 = how.crc32,
                      .fetch = [&source](std::uint64_t offset, MutableBytes into) { source.fetch(offset, into); },
                      .first = Region::copy_of(content(0, std::min(how.first, source.size)))};
  return range_reader(std::move(object), range_within(how.range, source.size, "far/away"), how.limits);
}

std::vector<std::byte> rest_of(Reader& reader, std::size_t step) {
  std::vector<std::byte> all;
  std::vector<std::byte> buffer(step);
  while (const std::size_t count = reader.read(buffer))
    all.insert(all.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count));
  return all;
}

TEST_CASE("all bytes come once, whatever the steps, the parts and the threads") {
  const std::uint64_t size = 5 * mib + 12'345;
  const auto wanted = content(0, size);
  for (const unsigned threads : {1u, 2u, 8u}) {
    for (const std::uint64_t part : {mib, 3 * mib}) {
      for (const std::uint64_t first : {0 * kib, 1024 * kib}) {
        for (const std::size_t step : {700ul, 70'000ul, 1'048'576ul, 100'000'000ul}) {
          INFO(threads << ' ' << part << ' ' << first << ' ' << step);
          FarAway source(size);
          const auto reader = open(source, {.limits = {.part = part, .threads = threads, .memory = 16 * mib},
                                            .first = first,
                                            .crc32 = internal::crc32(internal::crc32_of_nothing, wanted)});
          CHECK(reader->size() == size);
          CHECK(rest_of(*reader, step) == wanted);
          CHECK(source.bytes == size - first);
          CHECK_FALSE(source.outside);
          CHECK(source.most_at_once <= static_cast<int>(threads));
          CHECK(source.largest <= part);
        }
      }
    }
  }
}

TEST_CASE("reads, peeks, skips and seeks anywhere see the right bytes") {
  std::mt19937_64 random(7);
  const auto upto = [&](std::uint64_t most) { return std::uniform_int_distribution<std::uint64_t>(0, most)(random); };
  for (int round = 0; round < 60; ++round) {
    FarAway source(upto(6 * mib) + 1);
    const ByteRange range{upto(source.size / 2), upto(source.size)};
    const How how{.limits = {.part = mib, .threads = static_cast<unsigned>(1 + upto(3)), .memory = 4 * mib},
                  .first = upto(1) == 0 ? 0 : upto(2 * mib),
                  .range = range};
    const auto reader = open(source, how);
    const auto wanted = content(range.offset, std::min(range.size, source.size - range.offset));
    REQUIRE(reader->size() == wanted.size());
    for (int i = 0; i < 60; ++i) {
      const std::uint64_t left = wanted.size() - reader->position();
      INFO("round " << round << " step " << i << " at " << reader->position());
      switch (upto(4)) {
        case 0:
          reader->seek(upto(wanted.size()));
          break;
        case 1:
          reader->skip(upto(std::min(left, upto(1) == 0 ? 100 * kib : left)), "bytes");
          break;
        case 2: {
          const Bytes ahead = reader->peek(static_cast<std::size_t>(upto(200 * kib)));
          REQUIRE(std::ranges::equal(
              ahead, Bytes(wanted).subspan(static_cast<std::size_t>(reader->position()), ahead.size())));
          break;
        }
        default: {
          std::vector<std::byte> bytes(
              static_cast<std::size_t>(std::min(left, upto(upto(2) == 0 ? 4 * mib : 50 * kib))));
          const auto at = static_cast<std::ptrdiff_t>(reader->position());
          reader->read_exactly(bytes, "bytes");
          REQUIRE(std::equal(bytes.begin(), bytes.end(), wanted.begin() + at));
        }
      }
    }
    CHECK_FALSE(source.outside);
  }
}

TEST_CASE("what is there already is not fetched") {
  FarAway source(100 * kib);
  const auto reader = open(source, {.first = mib});
  CHECK(reader->region()->size() == source.size);
  CHECK(rest_of(*reader, 1000) == content(0, source.size));
  const auto part = open(source, {.first = 50 * kib, .range = {10 * kib, 40 * kib}});
  CHECK(rest_of(*part, 1000) == content(10 * kib, 40 * kib));
  FarAway empty(0);
  CHECK(open(empty)->peek().empty());
  CHECK(open(source, {.range = {.offset = 100 * kib}})->peek().empty());
  CHECK(source.fetches + empty.fetches == 0);
}

TEST_CASE("one large array costs its bytes and a little more") {
  FarAway source(std::uint64_t{10} << 30);
  const auto reader = open(source, {.limits = {.part = 8 * mib, .threads = 8}, .first = mib});
  static_cast<void>(reader->peek(1000));
  CHECK(source.bytes == 0);
  for (const std::uint64_t offset : {std::uint64_t{3} << 30, std::uint64_t{7} << 30}) {
    source.bytes = 0;
    reader->seek(offset);
    static_cast<void>(reader->peek(100));
    CHECK(source.bytes == kib);
    const Region array = reader->read_region(10 * mib, "an array");
    CHECK(std::ranges::equal(array.bytes(), content(offset, 10 * mib)));
    CHECK(source.bytes == 10 * mib);
  }
}

TEST_CASE("a header far away from the others costs a kilobyte") {
  FarAway source(std::uint64_t{10} << 30);
  const auto reader = open(source);
  for (std::uint64_t i = 1; i < 1000; ++i) {
    reader->seek(i * 10 * mib);
    static_cast<void>(reader->peek(300));
  }
  CHECK(source.bytes == 999 * kib);
}

TEST_CASE("many small gaps are read as one stream") {
  FarAway source(20 * mib);
  const auto reader = open(source);
  std::byte byte{};
  for (std::uint64_t at = 0; at < source.size; at += 10 * kib) {
    reader->seek(at);
    reader->read_exactly({&byte, 1}, "a byte");
    REQUIRE(byte == content(at, 1).front());
  }
  CHECK(source.fetches < 100);
  CHECK(source.bytes <= source.size);
}

TEST_CASE("what is moved in vain is less than what was used") {
  for (const std::uint64_t used : {10 * kib, 100 * kib, 1000 * kib, 10'000 * kib}) {
    FarAway source(std::uint64_t{1} << 30);
    {
      const auto reader = open(source, {.limits = {.part = 8 * mib, .threads = 8, .memory = 128 * mib}});
      std::vector<std::byte> buffer(kib);
      reader->seek(mib);
      for (std::uint64_t done = 0; done < used; done += kib) reader->read_exactly(buffer, "bytes");
    }
    CHECK(source.bytes <= 2 * used + 64 * kib);
  }
}

TEST_CASE("who asks for more than would be ahead gets just that") {
  FarAway source(std::uint64_t{1} << 30);
  {
    const auto reader = open(source, {.limits = {.part = mib, .threads = 4, .memory = 64 * mib}});
    static_cast<void>(reader->read_region(mib, "a header"));
    static_cast<void>(reader->read_region(100 * mib, "an array"));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // threads would fetch now
  }
  CHECK(source.bytes == 101 * mib);
}

TEST_CASE("memory that is taken ahead is bounded") {
  FarAway source(200 * mib);
  const RangeLimits limits{.part = mib, .threads = 4, .memory = 3 * mib};
  const auto reader = open(source, {.limits = limits});
  std::vector<std::byte> buffer(8 * kib);
  std::uint64_t most = 0;
  while (reader->read(buffer) != 0) {
    const std::lock_guard lock(source.mutex);
    most = std::max(most, source.furthest - reader->position());
  }
  CHECK(most <= limits.memory);
  CHECK(most > mib);
  CHECK(source.bytes == source.size);
}

TEST_CASE("parts are fetched at once") {
  for (const bool at_once : {true, false}) {
    FarAway source(64 * mib);
    const auto reader = open(source, {.limits = {.part = mib, .threads = 4, .memory = 64 * mib}});
    std::vector<std::byte> buffer(64 * kib);
    if (!at_once) {
      while (reader->position() < 16 * mib) static_cast<void>(reader->read(buffer));
      reader->seek(40 * mib);
      while (reader->position() < 50 * mib) static_cast<void>(reader->read(buffer));
    }
    // Threads that fetch ahead do not need the caller's.
    source.wait_for = at_once ? 4 : 3;
    if (at_once) {
      const Region array = reader->read_region(8 * mib, "an array");
      CHECK(array.size() == 8 * mib);
    } else {
      while (reader->read(buffer) != 0) continue;
    }
    CHECK_FALSE(source.alone);
  }
}

TEST_CASE("an error of any fetch reaches the caller, who gets only right bytes until then") {
  const std::uint64_t size = 6 * mib;
  const auto wanted = content(0, size);
  for (const std::size_t step : {60'000ul, 6'291'456ul}) {
    std::uint64_t fetches = 1;
    for (std::uint64_t fails_at = 0; fails_at < fetches; ++fails_at) {
      INFO(step << " fails at " << fails_at);
      FarAway source(size);
      const How how{.limits = {.part = mib, .threads = 3, .memory = 4 * mib}};
      if (fails_at == 0) {
        rest_of(*open(source, how), step);
        fetches = source.fetches;
        source.fetches = 0;
      }
      source.fails_at = fails_at;
      std::vector<std::byte> buffer(step);
      const auto reader = open(source, how);
      std::uint64_t at = 0;
      const auto read_all = [&] {
        while (const std::size_t count = reader->read(buffer)) {
          REQUIRE(std::equal(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count),
                             wanted.begin() + static_cast<std::ptrdiff_t>(at)));
          at += count;
        }
      };
      CHECK_ERROR(read_all(), conflict);
      CHECK(at < size);
    }
  }
}

TEST_CASE("a reader that is dropped waits for what it has begun, and no more") {
  FarAway source(100 * mib);
  std::vector<std::byte> buffer(64 * kib);
  {
    const auto reader = open(source, {.limits = {.part = mib, .threads = 4, .memory = 64 * mib}});
    for (int i = 0; i < 200; ++i) static_cast<void>(reader->read(buffer));
  }
  CHECK(source.at_once == 0);
  const std::uint64_t fetched = source.fetches;
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  CHECK(source.fetches == fetched);
}

TEST_CASE("reading from the first byte to the last compares the checksum") {
  const std::uint64_t size = 3 * mib + 17;
  const std::uint32_t right = internal::crc32(internal::crc32_of_nothing, content(0, size));
  for (const std::size_t step : {5000ul, 4'000'000ul}) {
    for (const std::uint64_t first : {0 * kib, 1024 * kib}) {
      FarAway source(size);
      CHECK(rest_of(*open(source, {.first = first, .crc32 = right}), step).size() == size);
      CHECK_ERROR(rest_of(*open(source, {.first = first, .crc32 = right ^ 1}), step), checksum);
      const auto before_the_end = open(source, {.first = first, .crc32 = right ^ 1});
      CHECK(before_the_end->read_region(size - 200 * kib, "bytes").size() == size - 200 * kib);
      // Who does not read everything has nothing to compare.
      const auto skipping = open(source, {.first = first, .crc32 = right ^ 1});
      skipping->seek(2 * mib);
      CHECK(rest_of(*skipping, step).size() == size - 2 * mib);
      CHECK(rest_of(*open(source, {.range = {.offset = 1}, .crc32 = right ^ 1}), step).size() == size - 1);
      CHECK(rest_of(*open(source, {.range = {0, size - 1}, .crc32 = right ^ 1}), step).size() == size - 1);
    }
  }
}

}  // namespace
}  // namespace larder::testing
