// Codecs from shared libraries: what is loaded works as a codec does, what lies is refused with a reason.
#include <larder/plugin/conformance.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "codecs/plugin_codec.h"
#include "fakes.h"
#include "samples.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"

using namespace larder;
using namespace larder::testing;

namespace {

Path fixture(const std::string& name) { return Path(LARDER_PLUGIN_FIXTURES) / ("plugin_" + name + ".so"); }

std::string refusal(const Path& path) {
  CodecRegistry registry;
  const std::size_t before = registry.list().size();
  try {
    registry.load_plugin(path);
  } catch (const Error& error) {
    CHECK(registry.list().size() == before);
    return std::string(name_of(error.kind())) + ": " + error.message();
  }
  return "was loaded";
}

// A plugin in this program: functions that do what `behaviour` says.
struct Behaviour {
  std::size_t encoder_consumed = 0;
  std::size_t encoder_produced = 0;
  std::size_t decoder_consumed = 0;
  std::size_t decoder_produced = 0;
  std::int32_t answer = LARDER_PLUGIN_FINE;
  const char* message = "";
  bool null_encoder = false;
  std::size_t room = 0;
  std::int32_t tail = LARDER_PLUGIN_END;
  std::size_t padding = 0;
  bool ends = false;
} behaviour;

int alive = 0;

std::int32_t answer(larder_plugin_message* message) {
  std::memcpy(message->text, behaviour.message, std::min(std::strlen(behaviour.message), sizeof message->text));
  return behaviour.answer;
}

void* create(larder_plugin_message* message) {
  answer(message);
  if (behaviour.null_encoder) return nullptr;
  ++alive;
  return &alive;
}

larder_plugin_codec_v1 described() {
  static const char* const extensions[] = {".odd", nullptr};
  static const larder_plugin_magic magics[] = {{"ODD", 3}, {nullptr, 0}};
  larder_plugin_codec_v1 codec{};
  codec.version = LARDER_PLUGIN_VERSION;
  codec.size = sizeof codec;
  codec.name = "odd";
  codec.library = "odd 1";
  codec.extensions = extensions;
  codec.magics = magics;
  codec.encoder_create = [](std::int32_t, larder_plugin_message* message) { return create(message); };
  codec.encoder_step = [](void*, larder_plugin_step* step, larder_plugin_message* message) {
    step->consumed = behaviour.encoder_consumed;
    step->produced = behaviour.encoder_produced;
    return answer(message);
  };
  codec.encoder_destroy = [](void*) { --alive; };
  codec.encoder_room = [](void*) { return behaviour.room; };
  codec.decoder_create = [](const larder_plugin_limits*, larder_plugin_message* message) { return create(message); };
  codec.decoder_step = [](void*, larder_plugin_step* step, larder_plugin_message* message) {
    step->consumed = behaviour.decoder_consumed;
    step->produced = behaviour.decoder_produced;
    step->ended = behaviour.ends ? 1 : 0;
    return answer(message);
  };
  codec.decoder_restart = [](void*, larder_plugin_message* message) { return answer(message); };
  codec.decoder_tail = [](void*, const void*, std::size_t, std::size_t* padding) {
    *padding = behaviour.padding;
    return behaviour.tail;
  };
  codec.decoder_destroy = [](void*) { --alive; };
  return codec;
}

template <class Change>
void check_refused(ErrorKind kind, std::string_view reason, Change change) {
  larder_plugin_codec_v1 codec = described();
  change(codec);
  CAPTURE(reason);
  try {
    internal::plugin_codec(&codec);
    FAIL_CHECK("was taken");
  } catch (const Error& error) {
    CHECK(error.kind() == kind);
    CHECK_THAT(error.message(), Catch::Contains(std::string(reason)));
  }
}

}  // namespace

TEST_CASE("a plugin's codec does what a codec must") {
  CodecRegistry registry;
  const auto loaded = registry.load_plugin(fixture("fine"));
  REQUIRE(loaded.size() == 1);
  CHECK(registry.find("copy") == loaded[0]);
  CHECK(registry.find_by_extension("a.joblib.copy") == loaded[0]);
  CHECK(registry.detect(as_bytes("CPY1")) == loaded[0]);
  CHECK(loaded[0]->info().library == "the tests' own");
  CHECK(conformance_problems(*loaded[0]) == std::vector<std::string>{});
  CHECK_ERROR(registry.load_plugin(fixture("fine")), usage);  // its name is taken
}

TEST_CASE("a plugin that lies on loading is refused with a reason, and nothing of it stays") {
  CHECK_THAT(refusal(fixture("other_version")), Catch::StartsWith("unsupported: the plugin is made for version 2"));
  CHECK_THAT(refusal(fixture("too_small")), Catch::StartsWith("malformed: the plugin describes a codec in 16 bytes"));
  CHECK(refusal(fixture("no_codec")) == "malformed: the plugin has no codec");
  CHECK(refusal(fixture("no_function")) == "malformed: the plugin lacks a function that a codec must have");
  CHECK(refusal(fixture("levels_upside_down")) == "malformed: the plugin gives levels from 9 to 1 with the default 5");
  CHECK_THAT(refusal(fixture("taken_name")), Catch::StartsWith("usage: codec 'zlib': the name 'zlib' is taken"));
  CHECK_THAT(refusal(fixture("second_is_taken")), Catch::StartsWith("usage: codec 'copy': the name 'copy' is taken"));
  CHECK(refusal(fixture("endless")) == "malformed: the plugin has more than 64 codecs");
}

TEST_CASE("what is no plugin is refused") {
  const TemporaryDirectory folder;
  CHECK(refusal(folder / "missing.so") == "not_found: there is no such file");
  CHECK(refusal(folder.path()) == "not_found: there is no such file");
  std::ofstream(folder / "text.so") << "this is no library";
  CHECK_THAT(refusal(folder / "text.so"), Catch::StartsWith("malformed: this is no plugin: "));
}

TEST_CASE("a directory's plugins are loaded by name, and only those") {
  const TemporaryDirectory folder;
  CodecRegistry registry;
  CHECK(registry.load_plugins(folder.path()).empty());
  std::filesystem::create_symlink(fixture("fine"), folder / "b.so");
  std::ofstream(folder / "a.txt") << "no plugin";
  CHECK(registry.load_plugins(folder.path()).size() == 1);
  std::ofstream(folder / "a.so") << "no plugin";
  CHECK_ERROR(CodecRegistry().load_plugins(folder.path()), malformed);
  CHECK_ERROR(registry.load_plugins(folder / "missing"), not_found);
}

TEST_CASE("a description that cannot be true is refused") {
  using Description = larder_plugin_codec_v1;
  CHECK_NOTHROW([] {
    const auto codec = described();
    internal::plugin_codec(&codec);
  }());
  check_refused(ErrorKind::unsupported, "version 0", [](Description& codec) { codec.version = 0; });
  check_refused(ErrorKind::malformed, "bytes, not", [](Description& codec) { codec.size = sizeof codec - 1; });
  check_refused(ErrorKind::malformed, "gives no name", [](Description& codec) { codec.name = nullptr; });
  check_refused(ErrorKind::malformed, "gives no library", [](Description& codec) { codec.library = nullptr; });
  for (const char* const name : {"", "Odd", "o d", "3", "-odd", "o:d", "auto", "none", "true", "false", "ödd",
                                 "a-name-that-is-longer-than-all-others"}) {
    CAPTURE(name);
    check_refused(ErrorKind::malformed, "name", [&](Description& codec) { codec.name = name; });
  }
  for (const char* const extension : {"", ".", "odd", ".a/b"}) {
    CAPTURE(extension);
    const char* const list[] = {extension, nullptr};
    check_refused(ErrorKind::malformed, "extension", [&](Description& codec) { codec.extensions = list; });
  }
  const std::vector<const char*> endless(100, ".odd");
  check_refused(ErrorKind::malformed, "more than 32", [&](Description& codec) { codec.extensions = endless.data(); });
  for (const auto& magic : {larder_plugin_magic{nullptr, 3}, larder_plugin_magic{"ODD", 1000}}) {
    const larder_plugin_magic list[] = {magic, {nullptr, 0}};
    check_refused(ErrorKind::malformed, "magic", [&](Description& codec) { codec.magics = list; });
  }
  check_refused(ErrorKind::malformed, "levels", [](Description& codec) {
    codec.flags = LARDER_PLUGIN_HAS_LEVELS;
    codec.default_level = 1;
  });
  check_refused(ErrorKind::malformed, "function", [](Description& codec) { codec.decoder_step = nullptr; });
  check_refused(ErrorKind::malformed, "function", [](Description& codec) { codec.decoder_restart = nullptr; });
}

TEST_CASE("lies about counts, and failures, are errors when they happen") {
  const larder_plugin_codec_v1 description = described();
  const auto codec = internal::plugin_codec(&description);
  const Content content = words(1000);
  const auto with = [&](Behaviour change) { behaviour = change; };

  with({.encoder_consumed = 5000});
  CHECK_ERROR(codec->compress(content), io);
  with({.encoder_produced = std::size_t{1} << 40});
  CHECK_ERROR(codec->compress(content), io);
  with({.encoder_consumed = SIZE_MAX, .encoder_produced = SIZE_MAX});
  CHECK_ERROR(codec->compress(content), io);
  with({});
  CHECK_ERROR(codec->compress(content), io);  // no progress
  with({.room = SIZE_MAX});
  CHECK_ERROR(codec->compress(content), io);
  with({.null_encoder = true});
  CHECK_ERROR(codec->compress(content), io);
  CHECK_ERROR(codec->decompress(content), io);

  with({.decoder_consumed = 5000});
  CHECK_ERROR(codec->decompress(content), malformed);
  with({.decoder_produced = std::size_t{1} << 40});
  CHECK_ERROR(codec->decompress(content), malformed);
  with({});
  CHECK_ERROR(codec->decompress(content), malformed);  // no progress
  with({.decoder_consumed = 1, .ends = true});
  CHECK_ERROR(codec->decompress(content), malformed);  // something follows that it does not know
  with({.decoder_consumed = 1, .tail = LARDER_PLUGIN_PADDING, .ends = true});
  CHECK_ERROR(codec->decompress(content), malformed);  // padding of no bytes
  with({.decoder_consumed = 1, .tail = LARDER_PLUGIN_PADDING, .padding = SIZE_MAX, .ends = true});
  CHECK_ERROR(codec->decompress(content), truncated);
  with({.tail = LARDER_PLUGIN_STREAM, .ends = true});
  CHECK_ERROR(codec->decompress(content), limit);  // empty streams for ever

  with({.answer = LARDER_PLUGIN_CHECKSUM, .message = "two\nlines"});
  CHECK_ERROR(codec->decompress(content), checksum);
  with({.answer = 12345, .message = "what is that"});
  CHECK_ERROR(codec->decompress(content), io);
  const std::string unending(1000, 'x');
  with({.answer = LARDER_PLUGIN_LIMIT, .message = unending.c_str()});
  try {
    codec->decompress(content);
    FAIL_CHECK("no Error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::limit);
    CHECK(error.message() == std::string(256, 'x'));
  }
  behaviour = {};
  CHECK(alive == 0);
}

TEST_CASE("built-in codecs, and those of a user, do what a codec must") {
  for (const Codec* codec : all_codecs()) {
    CAPTURE(codec->info().name);
    if (codec->info().name == "bz2" || codec->info().name == "xz" || codec->info().name == "lzma") continue;  // slow
    CHECK(conformance_problems(*codec) == std::vector<std::string>{});
  }
}

TEST_CASE("the suite finds what is wrong") {
  const auto copy = [](Bytes in, MutableBytes out, bool last) {
    const std::size_t size = std::min(in.size(), out.size());
    std::copy_n(in.begin(), size, out.begin());
    return Step{.consumed = size, .produced = size, .ended = last && size == in.size()};
  };
  const auto change = [&](Bytes in, MutableBytes out, bool last) {
    const Step step = copy(in, out, last);
    if (step.produced > 100) out[100] ^= std::byte{1};
    return step;
  };
  CHECK_FALSE(conformance_problems(FakeCodec(copy, change)).empty());
  CHECK_FALSE(conformance_problems(FakeCodec(copy, copy)).empty());  // a cut cannot be seen
  CHECK_FALSE(conformance_problems(FakeCodec([](Bytes, MutableBytes, bool) { return Step{}; }, copy)).empty());
}
