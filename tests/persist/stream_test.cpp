// Several objects one after another, on sources that cannot go back.
#include "samples.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

// An object for each codec, numbered, each compressed with that codec and in alternating formats.
std::string one_object_a_codec(std::vector<Document>& objects) {
  std::string bytes;
  std::uint64_t number = 3;
  for (const Codec* const codec : built_codecs()) {
    for (const char* const format : {"joblib", "npy"}) {
      Document document;
      document.set_root(document.array(counting<std::int32_t>({number++})));
      bytes += dumped(document.root(), quick(std::string_view(codec->info().name), format));
      objects.push_back(std::move(document));
    }
  }
  return bytes;
}

void check_all(Reader& reader, const std::vector<Document>& objects) {
  for (std::size_t i = 0; i < objects.size(); ++i) {
    INFO("object " << i);
    CHECK(equal(load(reader).root(), objects[i].root()));
  }
}

TEST_CASE("objects in different codecs stand one after another in memory, a file and single bytes") {
  std::vector<Document> objects;
  const std::string bytes = one_object_a_codec(objects);
  const auto memory = memory_reader(as_bytes(bytes));
  check_all(*memory, objects);
  CHECK(memory->position() == bytes.size());
  CHECK_ERROR(load(*memory), truncated);

  const TemporaryDirectory directory;
  put(directory / "file", bytes);
  check_all(*open_file(directory / "file"), objects);

  std::string_view rest = bytes;
  const auto slow = callback_reader([&rest](MutableBytes out) -> std::size_t {
    if (rest.empty()) return 0;
    out[0] = static_cast<std::byte>(rest.front());
    rest.remove_prefix(1);
    return 1;
  });
  check_all(*slow, objects);
  CHECK(rest.empty());
}

TEST_CASE("objects in different codecs come through a pipe") {
  std::vector<Document> objects;
  const std::string bytes = one_object_a_codec(objects);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  std::thread feeder([&] {
    const auto writer = fd_writer(ends[1]);
    writer->write(as_bytes(bytes));
    writer->finish();
    ::close(ends[1]);
  });
  check_all(*fd_reader(ends[0]), objects);
  feeder.join();
  ::close(ends[0]);
}

TEST_CASE("a writer takes several objects, each dump flushed") {
  const TemporaryDirectory directory;
  std::vector<Document> objects;
  one_object_a_codec(objects);
  const auto file = create_file(directory / "file", {.sync = Sync::none});
  for (const Document& object : objects) dump(object.root(), *file, quick("zlib"));
  file->finish();
  check_all(*open_file(directory / "file"), objects);
}

TEST_CASE("data behind the object stays in the reader") {
  for (const Codec* const codec : built_codecs()) {
    INFO(codec->info().name);
    const std::string bytes = dumped(mixed().root(), quick(std::string_view(codec->info().name))) + "behind";
    const auto reader = memory_reader(as_bytes(bytes));
    load(*reader);
    CHECK(as_text(reader->peek(6)) == "behind");
  }
}

// The peer sends the next object only after it got an answer to the last one: a load that waited for bytes behind its
// object would wait for ever.
TEST_CASE("a dialogue over a socket waits for nothing behind an object") {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  std::vector<std::string> sent = {dumped(Value::none()), dumped(Value::integer(7)), dumped(mixed().root())};
  for (const Codec* const codec : built_codecs()) {
    sent.push_back(dumped(mixed().root(), quick(std::string_view(codec->info().name))));
    sent.push_back(dumped(*mixed().root().find("x"), quick(std::string_view(codec->info().name), "npy")));
    sent.push_back(dumped(Value::integer(7), quick(std::string_view(codec->info().name))));
  }
  sent.push_back("I5\n.");
  bool answered = true;
  std::thread peer([&] {
    for (const std::string& bytes : sent) {
      const auto writer = fd_writer(ends[1]);
      writer->write(as_bytes(bytes));
      writer->finish();
      char answer = 0;
      answered = answered && ::read(ends[1], &answer, 1) == 1;
    }
    ::close(ends[1]);
  });
  const auto reader = fd_reader(ends[0]);
  for (const std::string& bytes : sent) {
    const auto memory = memory_reader(as_bytes(bytes));
    CHECK(equal(load(*reader).root(), load(*memory).root()));
    REQUIRE(::write(ends[0], "a", 1) == 1);
  }
  CHECK_ERROR(load(*reader), truncated);
  peer.join();
  ::close(ends[0]);
  CHECK(answered);
}

}  // namespace
}  // namespace larder::testing
