// The registry: codecs of a user, and how codecs are found.
#include <set>
#include <thread>

#include "fakes.h"
#include "samples.h"
#include "tests/support/errors.h"

using namespace larder;
using namespace larder::testing;

namespace {

CodecInfo info_of_user() {
  return {.name = "user", .aliases = {"mine"}, .extensions = {".user"}, .magics = {"XOR1"}, .has_levels = false};
}

std::unique_ptr<Codec> user_codec(const CodecInfo& info) { return std::make_unique<XorCodec>(info); }

}  // namespace

TEST_CASE("the built-in codecs are there, in joblib's order") {
  std::vector<std::string> names;
  const CodecRegistry registry;
  for (const Codec* codec : registry.list()) names.push_back(codec->info().name);
  CHECK((names == std::vector<std::string>{"zlib", "gzip", "bz2", "lzma", "xz", "lz4", "zstd", "raw"}));
}

TEST_CASE("what the built-in codecs say of themselves is consistent") {
  std::set<std::string> names, extensions;
  const CodecRegistry registry;
  for (const Codec* codec : registry.list()) {
    const CodecInfo& info = codec->info();
    CAPTURE(info.name);
    CHECK(names.insert(info.name).second);
    for (const auto& alias : info.aliases) CHECK(names.insert(alias).second);
    for (const auto& extension : info.extensions)
      CHECK((extension.starts_with('.') && extensions.insert(extension).second));
    CHECK(info.min_level <= info.default_level);
    CHECK(info.default_level <= info.max_level);
    CHECK(info.built == !info.library.empty());
  }
}

TEST_CASE("codecs are found by name, alias and extension, case-sensitive") {
  CodecRegistry registry;
  CHECK(registry.find("gzip") == registry.find("gz"));
  CHECK(registry.find("gzip")->info().name == "gzip");
  for (const char* wrong : {"", "GZIP", "gzi", "gzip ", ".gz", "snappy"}) {
    CAPTURE(wrong);
    CHECK(registry.find(wrong) == nullptr);
    CHECK_ERROR(registry.get(wrong), usage);
  }
  CHECK(registry.find_by_extension("a.b.gz")->info().name == "gzip");
  CHECK(registry.find_by_extension(".z")->info().name == "zlib");
  CHECK(registry.find_by_extension("a.zst")->info().name == "zstd");
  for (const char* none : {"", "gz", "a.GZ", "a.gz.pkl", "a.gzip", "a.gz/b"}) {
    CAPTURE(none);
    CHECK(registry.find_by_extension(none) == nullptr);
  }
}

TEST_CASE("a codec of a user is found by its names, extension and magic, and works") {
  CodecRegistry registry;
  registry.add(user_codec(info_of_user()));
  const Codec& user = registry.get("user");
  CHECK(registry.find("mine") == &user);
  CHECK(registry.find_by_extension("model.user") == &user);
  const Content compressed = packed(user, words(1'000));
  CHECK(registry.detect(compressed) == &user);
  CHECK((unpacked(user, compressed) == words(1'000)));
  CHECK(registry.list().back() == &user);
}

TEST_CASE("an incomplete codec is refused") {
  CodecRegistry registry;
  const std::size_t before = registry.list().size();
  const auto refused = [&](auto change) {
    CodecInfo info = info_of_user();
    change(info);
    CHECK_ERROR(registry.add(user_codec(info)), usage);
    CHECK_ERROR(registry.add(user_codec(info), true), usage);
  };
  refused([](CodecInfo& info) { info.name = ""; });
  refused([](CodecInfo& info) { info.aliases = {""}; });
  refused([](CodecInfo& info) { info.extensions = {".user", ""}; });
  refused([](CodecInfo& info) { info.magics = {""}; });
  refused([](CodecInfo& info) { info.extensions = info.magics = {}; });
  CHECK_ERROR(registry.add(nullptr), usage);
  CHECK(registry.list().size() == before);
}

TEST_CASE("what is taken is refused, unless forced") {
  const auto taken = [](auto change) {
    CodecRegistry registry;
    registry.add(user_codec({.name = "first", .aliases = {"one"}, .extensions = {".first"}, .magics = {"FIRST"}}));
    CodecInfo info = info_of_user();
    change(info);
    CHECK_ERROR(registry.add(user_codec(info)), usage);
    CHECK(registry.find("user") == nullptr);
    registry.add(user_codec(info), true);
    CHECK(registry.list().back()->info().extensions == info.extensions);
  };
  taken([](CodecInfo& info) { info.name = "first"; });
  taken([](CodecInfo& info) { info.name = "one"; });
  taken([](CodecInfo& info) { info.aliases = {"first"}; });
  taken([](CodecInfo& info) { info.aliases = {"one"}; });
  taken([](CodecInfo& info) { info.extensions = {".first"}; });
  taken([](CodecInfo& info) { info.magics = {"FIRST"}; });
  taken([](CodecInfo& info) { info.magics = {"FI"}; });  // would take every file of the first
}

TEST_CASE("a longer magic than another codec's is allowed, and wins") {
  CodecRegistry registry;
  CodecInfo info = info_of_user();
  info.magics = {"\x1f\x8b\x08user"};
  registry.add(user_codec(info));
  CHECK(registry.detect(content_of("\x1f\x8b\x08userdata........"))->info().name == "user");
  CHECK(registry.detect(packed(codec("gzip"), words(100)))->info().name == "gzip");
}

TEST_CASE("force replaces the codec of that name, which stays valid for who holds it") {
  CodecRegistry registry;
  const Codec& before = registry.get("gzip");
  registry.add(user_codec({.name = "gzip", .extensions = {".gz"}, .magics = {"XOR1"}}), true);
  CHECK(&registry.get("gzip") != &before);
  CHECK(registry.find_by_extension("a.gz") == &registry.get("gzip"));
  CHECK(registry.find("gz") == nullptr);
  CHECK(registry.list().size() == CodecRegistry().list().size());
  CHECK((unpacked(before, packed(before, words(100))) == words(100)));
}

TEST_CASE("a forced extension goes to the codec added last") {
  CodecRegistry registry;
  CodecInfo info = info_of_user();
  info.extensions = {".gz"};
  registry.add(user_codec(info), true);
  CHECK(registry.find_by_extension("a.gz")->info().name == "user");
  CHECK(registry.find("gzip") != nullptr);
}

TEST_CASE("a codec that is not built is known, and refuses to work") {
  CodecRegistry registry;
  CodecInfo info = info_of_user();
  info.built = false;
  registry.add(user_codec(info));
  const Codec* user = registry.find("user");
  REQUIRE(user != nullptr);
  CHECK(registry.detect(content_of("XOR1")) == user);
  CHECK_ERROR(registry.get("user"), not_built);
  MemoryWriter target;
  CHECK_ERROR(user->writer(target), not_built);
  CHECK_ERROR(user->reader(*memory_reader(Bytes())), not_built);
  CHECK_ERROR(user->compress({}), not_built);
  CHECK_ERROR(user->decompress({}), not_built);
}

TEST_CASE("one registry, and one codec, serve many threads") {
  CodecRegistry registry;
  std::vector<std::jthread> threads;
  std::atomic<int> wrong = 0;
  const Content content = words(10'000);
  for (int number = 0; number < 4; ++number) {
    threads.emplace_back([&, number] {
      CodecInfo info = info_of_user();
      info.name = "user" + std::to_string(number);
      info.aliases = {};
      registry.add(user_codec(info), true);
      for (const Codec* codec : registry.list()) {
        if (unpacked(*codec, packed(*codec, content)) != content) ++wrong;
        if (registry.find(codec->info().name) == nullptr) ++wrong;
      }
      if (registry.find_by_extension("a.user") == nullptr) ++wrong;
    });
  }
  threads.clear();
  CHECK(wrong == 0);
}
