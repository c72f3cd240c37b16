// compress="auto": what is chosen, in how much time, from which codecs. Nothing here reads a clock: a table says what
// each codec makes of the content, and how long it takes.
#include "codecs/choice.h"

#include <map>

#include "fakes.h"
#include "samples.h"
#include "tests/support/errors.h"

using namespace larder;
using namespace larder::testing;

namespace {

constexpr std::uint64_t megabyte = 1'000'000;
constexpr std::uint64_t large = 1000 * megabyte;

// What a codec is like: bytes a second, and content per stored byte.
struct Nature {
  double compress;
  double decompress;
  double ratio;
};

// Pretends to compress; notes what was asked for.
class Pretence {
 public:
  explicit Pretence(std::map<std::string, Nature> natures) : natures_(std::move(natures)) {}

  internal::TryOut function() {
    return [this](const Compression& compression, Bytes sample) {
      const std::string name = text_of(compression);
      const auto found = natures_.find(name);
      const Nature nature = found == natures_.end() ? Nature{1e9, 1e9, 1} : found->second;
      const auto size = static_cast<double>(sample.size());
      asked.push_back(name);
      largest = std::max(largest, sample.size());
      seconds += size / nature.compress + size / nature.decompress;
      return Trial{.content = sample.size(),
                   .stored = static_cast<std::uint64_t>(size / nature.ratio),
                   .compress_seconds = size / nature.compress,
                   .decompress_seconds = size / nature.decompress};
    };
  }

  std::vector<std::string> asked;
  std::size_t largest = 0;
  double seconds = 0;

 private:
  std::map<std::string, Nature> natures_;
};

internal::Content content(std::uint64_t size) {
  return {size, [](std::uint64_t, MutableBytes out) { std::ranges::fill(out, std::byte{7}); }};
}

Choice chosen(Pretence& pretence, std::string_view how, std::uint64_t size, std::string_view filename = "") {
  const Auto wanted = Compress::parse(how).automatic().value();
  const auto candidates = internal::candidates(wanted, filename, CodecRegistry::global());
  return internal::choose_among(candidates, content(size), wanted.budget, 1, pretence.function());
}

// The codecs as they usually are, on a machine that is quicker than its disk.
std::map<std::string, Nature> usual() {
  constexpr double quick = 3;
  std::map<std::string, Nature> natures;
  for (const auto& each : internal::candidates({}, "", CodecRegistry::global()))
    natures[text_of(each.compression)] = {quick * each.compress, quick * each.decompress, each.ratio};
  return natures;
}

std::map<std::string, Nature> usual_but(const std::string& name, Nature nature) {
  auto natures = usual();
  natures[name] = nature;
  return natures;
}

std::string fixed(std::string_view how, std::string_view filename = "") {
  return text_of(resolve(Compress::parse(how), filename));
}

}  // namespace

TEST_CASE("auto is understood, with joblib and a budget in any order") {
  CHECK_FALSE(Compress::parse("zstd").automatic());
  CHECK_FALSE(Compress::parse("auto").automatic()->joblib);
  CHECK(Compress("auto").automatic());
  CHECK(Compress(Auto{.joblib = true}).automatic()->joblib);
  CHECK(Compress::parse("auto:joblib").automatic()->joblib);
  const Auto both = Compress::parse("auto:read-at=500MB/s,joblib").automatic().value();
  CHECK(both.joblib);
  CHECK(both.budget.read_at == 500e6);
  CHECK(Compress::parse("auto:smallest").automatic()->budget.smallest);
  for (const char* wrong :
       {"auto:", "auto:fast", "auto:joblib,", "auto:read-at=fast", "auto:3", "auto:joblib:3", "auto:,"}) {
    CAPTURE(wrong);
    CHECK_ERROR(Compress::parse(wrong), usage);
    CHECK_ERROR(Compress(wrong), usage);
  }
}

TEST_CASE("nothing is tried on little content: it gets what suits most") {
  for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{100'000}, 2 * megabyte}) {
    CAPTURE(size);
    Pretence pretence(usual());
    const Choice choice = chosen(pretence, "auto", size);
    CHECK(pretence.asked.empty());
    CHECK(choice.tried == 0);
    CHECK(choice.content == size);
    CHECK(text_of(choice.compression) == fixed("auto"));
    CHECK(text_of(choice) == fixed("auto") + " (too little content to try others on)");
  }
}

TEST_CASE("the choice is the best of those that were tried") {
  Pretence as_usual(usual());
  const Choice choice = chosen(as_usual, "auto", large);
  CHECK(text_of(choice.compression) == fixed("auto"));
  CHECK(choice.tried > 3);
  CHECK(choice.seconds == Approx(as_usual.seconds));

  for (const char* wonder : {"lz4:1", "zlib:1", "zstd:6", "zstd:1", "zstd:3"}) {
    CAPTURE(wonder);
    Pretence pretence(usual_but(wonder, {2e9, 2e9, 9}));
    CHECK(text_of(chosen(pretence, "auto", 10 * large).compression) == wonder);
  }

  auto incompressible = usual();
  for (auto& [name, nature] : incompressible) nature.ratio = 1;
  Pretence pretence(incompressible);
  CHECK(text_of(chosen(pretence, "auto", large).compression) == "none");
}

TEST_CASE("what is hardly better is not worth another choice") {
  const std::string usually = fixed("auto");
  for (const auto& [name, nature] : usual()) {
    if (name == usually || name == "none") continue;
    CAPTURE(name);
    Nature twin = usual()[usually];
    twin.compress *= 1.02;
    Pretence pretence(usual_but(name, twin));
    CHECK(text_of(chosen(pretence, "auto", large).compression) == usually);
  }
}

TEST_CASE("trying takes 2 % of writing, and half a second, at most") {
  for (const char* how : {"auto", "auto:joblib", "auto:smallest", "auto:read-at=500MB/s", "auto:link=10MB/s"}) {
    for (const std::uint64_t size : {30 * megabyte, 300 * megabyte, 3000 * megabyte, 300'000 * megabyte}) {
      for (const double speed : {0.1, 1.0, 10.0}) {
        CAPTURE(how, size, speed);
        auto natures = usual();
        for (auto& [name, nature] : natures) {
          nature.compress *= speed;
          nature.decompress *= speed;
        }
        Pretence pretence(natures);
        const Choice choice = chosen(pretence, how, size);
        CHECK(pretence.largest <= 2 << 20);
        if (choice.tried == 0) continue;
        Budget budget = Compress::parse(how).automatic()->budget;
        budget.content = size;
        CHECK(choice.seconds <= 0.5);
        if (!budget.by_size()) CHECK(choice.seconds <= 0.02 * seconds_to_write(choice.trial, budget));
      }
    }
  }
}

TEST_CASE("a codec that turns out slow costs an eighth of the sample") {
  const std::string usually = fixed("auto");
  Pretence pretence(usual_but(usually, {8e7, 8e7, 100}));
  const Choice choice = chosen(pretence, "auto", large);
  CHECK(choice.tried > 1);
  CHECK(text_of(choice.compression) != usually);
  CHECK(std::ranges::count(pretence.asked, usually) == 1);
}

TEST_CASE("auto:joblib takes only what joblib reads") {
  for (const char* how : {"auto:joblib", "auto:joblib,smallest", "auto:joblib,write-within=1s"}) {
    CAPTURE(how);
    for (const auto& each :
         internal::candidates(Compress::parse(how).automatic().value(), "", CodecRegistry::global())) {
      const std::string name = each.compression.codec == nullptr ? "none" : each.compression.codec->info().name;
      CHECK((name == "none" || name == "zlib" || name == "gzip" || name == "bz2" || name == "xz" || name == "lz4"));
    }
    Pretence pretence(usual_but("zstd:1", {1e10, 1e10, 100}));
    CHECK_FALSE(text_of(chosen(pretence, how, large).compression).starts_with("zstd"));
  }
}

TEST_CASE("an extension leaves the level to choose") {
  for (const char* name : {"zlib", "gzip", "bz2", "xz", "lzma", "lz4", "zstd"}) {
    CAPTURE(name);
    const std::string filename = "a.joblib" + codec(name).info().extensions.front();
    for (const char* how : {"auto", "auto:smallest", "auto:write-within=2s"}) {
      Pretence pretence(usual());
      CHECK(chosen(pretence, how, large, filename).compression.codec->info().name == name);
      CHECK(resolve(Compress(how), filename).codec->info().name == name);
    }
  }
  CHECK(fixed("auto:smallest", "a.gz") == "gzip:9");
  CHECK_ERROR(fixed("auto:joblib", "a.zst"), usage);
  CHECK(fixed("auto:joblib", "a.gz").starts_with("gzip"));
}

TEST_CASE("a budget is kept") {
  Pretence pretence(usual());
  CHECK(text_of(chosen(pretence, "auto:smallest", large).compression) == "xz:9");
  Pretence reading(usual());
  const Choice fast = chosen(reading, "auto:read-at=500MB/s", large);
  Budget budget = Budget::parse("read-at=500MB/s");
  CHECK(cost_of(fast.trial, budget).within());
  CHECK(fast.compression.codec != nullptr);
}

TEST_CASE("a codec of a user is taken by its extension alone") {
  CodecRegistry registry;
  registry.add(std::make_unique<XorCodec>());
  CHECK(text_of(resolve("auto", "a.xor", registry)) == "xor");
  registry.add(std::make_unique<XorCodec>(CodecInfo{.name = "later", .extensions = {".later"}, .built = false}));
  CHECK_ERROR(resolve("auto", "a.later", registry), not_built);
}

TEST_CASE("samples come from all over the content") {
  Content all(1'000'000);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::byte>(i / 10'000);
  const internal::Content source{all.size(), [&](std::uint64_t offset, MutableBytes out) {
                                   REQUIRE(offset + out.size() <= all.size());
                                   std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(offset), out.size(),
                                               out.begin());
                                 }};
  const auto sample = internal::sample_of(source, 400'000);
  CHECK(sample.size() == 8 * 12 * 4096);  // eight pieces of whole grains
  CHECK(sample.front() == std::byte{0});
  CHECK(sample.back() == std::byte{99});
  CHECK(internal::sample_of(source, 2'000'000) == all);
  CHECK(internal::sample_of(source, 100).size() == 100);
  CHECK(internal::sample_of({}, 100).empty());
}

TEST_CASE("a real sample is compressed and decompressed") {
  const Content sample = words(200'000);
  for (const auto& each : internal::candidates({}, "", CodecRegistry::global())) {
    const Trial trial = internal::try_out(each.compression, sample);
    CAPTURE(text_of(each.compression));
    CHECK(trial.content == sample.size());
    if (each.compression.codec == nullptr)
      CHECK(trial.stored == sample.size());
    else
      CHECK(trial.stored == packed(*each.compression.codec, sample, each.compression.level).size());
    CHECK(trial.compress_seconds >= 0);
    CHECK(trial.decompress_seconds >= 0);
  }
  const Choice choice = choose(sample);
  CHECK(choice.tried == 0);
  CHECK(text_of(choice.compression) == fixed("auto"));
}
