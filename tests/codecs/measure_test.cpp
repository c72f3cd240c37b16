// Measuring, with codecs whose times, memory and faults are known; and what is made of the figures.
#include <larder/measure.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <cstring>
#include <deque>

#include "fakes.h"
#include "samples.h"
#include "tests/support/errors.h"
#include "tests/support/sanitized.h"
#include "tests/support/temporary.h"

using namespace larder;
using namespace larder::testing;

namespace {

Step copy(Bytes in, MutableBytes out, bool last) {
  const std::size_t count = std::min(in.size(), out.size());
  std::copy_n(in.data(), count, out.data());
  return {.consumed = count, .produced = count, .ended = last && count == in.size()};
}

FakeCodec::EncoderStep doing(std::function<void()> work) {
  return [work = std::move(work)](Bytes in, MutableBytes out, bool last) {
    work();
    return copy(in, out, last);
  };
}

// A codec that copies, whose encoder takes the next of the given seconds for each run and whose decoder a quarter.
struct Timed {
  explicit Timed(std::deque<double> durations) : seconds(std::move(durations)) {}
  double now = 100;
  std::deque<double> seconds;
  int runs = 0;
  FakeCodec codec{[this](Bytes in, MutableBytes out, bool last) {
                    const Step step = copy(in, out, last);
                    if (step.ended) {
                      now += seconds.front();
                      seconds.pop_front();
                      ++runs;
                    }
                    return step;
                  },
                  [this](Bytes in, MutableBytes out, bool last) {
                    const Step step = copy(in, out, last);
                    if (step.ended) now += 0.25;
                    return step;
                  }};
  Setting setting() const { return {.compression = {&codec, 0}}; }
  MeasureOptions options(int repeats, double most = 1e9) {
    return {.repeats = repeats, .seconds = most, .clock = [this] { return now; }};
  }
};

const std::vector<std::byte> content(1000, std::byte{7});
const std::vector<Bytes> contents = {content};

Measurement measure_one(const Setting& setting, const MeasureOptions& options) {
  return measure(contents, std::span(&setting, 1), options).at(0);
}

Measurement measured(const Codec* codec, int level, int threads, double ratio, double compress, double decompress) {
  constexpr double size = 1e9;
  return {.setting = {.compression = {codec, level}, .threads = threads},
          .trial = {.content = static_cast<std::uint64_t>(size),
                    .stored = static_cast<std::uint64_t>(size / ratio),
                    .compress_seconds = size / compress,
                    .decompress_seconds = size / decompress}};
}

const Codec* codec_named(std::string_view name) { return CodecRegistry::global().find(name); }

// Copying, a quick codec, a thorough one, and one that is worse than the quick one in all.
std::vector<Measurement> four() {
  return {measured(nullptr, 0, 1, 1, 5e9, 5e9), measured(codec_named("zstd"), 3, 2, 2.5, 500e6, 1000e6),
          measured(codec_named("xz"), 6, 1, 4, 5e6, 50e6), measured(codec_named("zlib"), 6, 1, 2.4, 50e6, 300e6)};
}

std::string sentence(std::string_view text) {
  Budget budget = Budget::parse(text);
  budget.disk = {.write = 100e6, .read = 100e6};
  return advise(four(), budget).sentence;
}

}  // namespace

TEST_CASE("times are medians of the runs after the first") {
  Timed odd({9, 1, 5, 3});
  const Measurement three = measure_one(odd.setting(), odd.options(3));
  CHECK(three.trial.compress_seconds == 3);
  CHECK(three.trial.decompress_seconds == 0.25);
  CHECK(three.repeats == 3);
  CHECK(three.trial.content == 1000);
  CHECK(three.trial.stored == 1000);
  CHECK_FALSE(three.compress_memory);

  Timed even({9, 1, 5, 3, 4});
  CHECK(measure_one(even.setting(), even.options(4)).trial.compress_seconds == 3.5);

  Timed once({9});
  const Measurement first = measure_one(once.setting(), once.options(0));
  CHECK(first.trial.compress_seconds == 9);
  CHECK(first.repeats == 0);
}

TEST_CASE("no run is begun that would end too late, but each setting has its first") {
  Timed slow({10, 10, 10, 10});
  CHECK(measure_one(slow.setting(), slow.options(9, 31)).repeats == 2);
  Timed late({10});
  CHECK(measure_one(late.setting(), late.options(9, 5)).repeats == 0);
  CHECK(late.runs == 1);
}

TEST_CASE("short runs are made however late it is") {
  for (const double seconds : {0.25, 0.75}) {
    Timed timed(std::deque<double>(4, seconds));
    MeasureOptions options = timed.options(3, 500);  // a thousandth of it: 0.5, decompression included
    options.before_run = [&](const Setting&) { timed.now += 1000; };
    CHECK(measure_one(timed.setting(), options).repeats == (seconds < 0.5 ? 3 : 0));
  }
}

TEST_CASE("settings are measured in turns") {
  Timed timed({1, 1, 1, 1, 1, 1});
  const std::vector<Setting> settings = {timed.setting(), {}};
  std::string order;
  MeasureOptions options = timed.options(2);
  options.before_run = [&](const Setting& setting) { order += setting.compression.codec == nullptr ? 'n' : 'c'; };
  CHECK(measure(contents, settings, options).size() == 2);
  CHECK(order == "cncncn");
}

TEST_CASE("several contents are streams of their own") {
  const Codec& zlib = CodecRegistry::global().get("zlib");
  const Setting setting = {.compression = {&zlib, 6}};
  const std::vector<Bytes> twice = {content, content, {}};
  const Measurement together = measure(twice, std::span(&setting, 1), {.repeats = 1})[0];
  CHECK(together.trial.content == 2000);
  CHECK(together.trial.stored ==
        2 * zlib.compress(content, {.level = 6}).size() + zlib.compress({}, {.level = 6}).size());
}

TEST_CASE("a codec that does not give back what it got is found out") {
  const FakeCodec liar(copy, [](Bytes in, MutableBytes out, bool last) {
    const Step step = copy(in, out, last);
    if (step.produced > 0) out[step.produced / 2] ^= std::byte{1};
    return step;
  });
  const Setting setting = {.compression = {&liar, 0}};
  CHECK_ERROR(measure_one(setting, {.memory = false}), malformed);
  CHECK_ERROR(measure_one(setting, {.memory = true}), malformed);
}

TEST_CASE("the first run in a process of its own tells the memory") {
  constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;
  const auto take = [](std::size_t size) {
    const Region memory = Region::allocate(size);
    std::memset(memory.mutable_bytes().data(), 1, size);
  };
  const FakeCodec greedy(doing([&] { take(64 * mebibyte); }), doing([&] { take(16 * mebibyte); }));
  const Setting setting = {.compression = {&greedy, 0}};
  const Measurement measurement = measure_one(setting, {.repeats = 0, .memory = true});
  CHECK(measurement.trial.content == 1000);
  CHECK(measurement.trial.stored == 1000);
  REQUIRE(measurement.compress_memory);
  REQUIRE(measurement.decompress_memory);
  if (!sanitized) {
    constexpr std::uint64_t inexact = mebibyte / 4;  // Linux counts pages for each processor, and sums up now and then
    CHECK(*measurement.compress_memory >= 64 * mebibyte - inexact);
    CHECK(*measurement.compress_memory < 72 * mebibyte);
    CHECK(*measurement.decompress_memory >= 16 * mebibyte - inexact);
    CHECK(*measurement.decompress_memory < 24 * mebibyte);
  }
  const Measurement copying = measure_one({}, {.repeats = 0, .memory = true});
  CHECK(copying.compress_memory == 0);
}

TEST_CASE("a codec that fails or crashes in its own process is an error here") {
  const FakeCodec failing(doing([] { throw Error(ErrorKind::limit, "too much"); }), copy);
  CHECK_ERROR(measure_one({.compression = {&failing, 0}}, {.memory = true}), limit);
  const FakeCodec crashing(doing([] { std::raise(SIGKILL); }), copy);
  CHECK_ERROR(measure_one({.compression = {&crashing, 0}}, {.memory = true}), malformed);
  const FakeCodec leaving(doing([] { std::_Exit(0); }), copy);
  CHECK_ERROR(measure_one({.compression = {&leaving, 0}}, {.memory = true}), malformed);
}

TEST_CASE("every codec can be measured, and nothing at all, too") {
  for (const Codec* codec : CodecRegistry::global().list()) {
    if (!codec->info().built) continue;
    const Setting setting = {.compression = {codec, codec->info().default_level}, .threads = 2};
    INFO(setting.name());
    const Measurement measurement = measure_one(setting, {.repeats = 1, .memory = true});
    // The length of the content, which a stream need not tell, makes the difference.
    CHECK(std::abs(static_cast<double>(measurement.trial.stored) -
                   static_cast<double>(codec->compress(content).size())) <= 8);
    CHECK(measure({}, std::span(&setting, 1), {.repeats = 0})[0].trial.content == 0);
  }
  CHECK(ratio_of({}) == 1);
}

TEST_CASE("settings are called as in the compress argument") {
  CHECK(Setting{}.name() == "none");
  CHECK(Setting{.compression = {codec_named("zstd"), -5}}.name() == "zstd:-5");
  CHECK(Setting{.compression = {codec_named("lz4"), 0}}.name() == "lz4");
  const XorCodec levelless;
  CHECK(Setting{.compression = {&levelless, 0}}.name() == "xor");
}

TEST_CASE("the front is what nothing else beats") {
  CHECK(pareto_front(four()) == std::vector<std::size_t>{0, 1, 2});
  CHECK(pareto_front({}).empty());
  const std::vector<Measurement> equal = {four()[1], four()[1]};
  CHECK(pareto_front(equal) == std::vector<std::size_t>{0, 1});
}

TEST_CASE("advice is one sentence, with figures") {
  CHECK(sentence("") ==
        "Take zstd:3 with 2 threads: written and read back in 11.0 s (ratio 2.50, 381.5 MiB of 953.7 MiB); "
        "without compression 20.4 s.");
  CHECK(sentence("smallest") == "Take xz:6: the smallest (ratio 4.00, 238.4 MiB of 953.7 MiB).");
  CHECK(sentence("link=1MB/s") ==
        "Take zstd:3 with 2 threads: there after 403 s (ratio 2.50, 381.5 MiB of 953.7 MiB); without compression "
        "1000 s.");
  CHECK(sentence("link=10GB/s") == "Take no compression: there after 500 ms.");
  CHECK(sentence("read-at=150MB/s") ==
        "Take zstd:3 with 2 threads: the smallest that is read at 150 MB/s or more (ratio 2.50, 381.5 MiB of 953.7 "
        "MiB); it is read at 200 MB/s.");
  CHECK(sentence("write-within=1min,read-at=10MB/s") ==
        "Take zstd:3 with 2 threads: the smallest that is read at 10.0 MB/s or more and written within 60.0 s (ratio "
        "2.50, 381.5 MiB of 953.7 MiB); it is read at 200 MB/s, written in 6.00 s.");
  CHECK(sentence("write-within=1s") ==
        "Nothing here is written within 1.00 s. Nearest is zstd:3 with 2 threads: written in 6.00 s (ratio 2.50, 381.5 "
        "MiB of 953.7 MiB).");
  CHECK_ERROR(advise({}, {}), usage);
}

TEST_CASE("of equals the first is advised") {
  const std::vector<Measurement> equal = {four()[1], four()[1]};
  CHECK(advise(equal, {}).best == 0);
}

TEST_CASE("a disk is measured where it can be") {
  const TemporaryDirectory directory;
  const Disk disk = measure_disk(directory.path(), std::uint64_t{4} << 20);
  CHECK(disk.write > 0);
  CHECK(disk.read > 0);
  CHECK(std::filesystem::is_empty(directory.path()));
  CHECK_ERROR(measure_disk(directory / "missing"), not_found);
}
