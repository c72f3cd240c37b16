// One file-like object as a store, beyond what all stores do.
#include <sstream>
#include <string>
#include <vector>

#include <larder/store.h>

#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

std::string text_of(Reader& reader) {
  std::string text;
  std::vector<std::byte> buffer(7);
  while (const std::size_t size = reader.read(buffer)) text += as_text(Bytes(buffer).first(size));
  return text;
}

std::unique_ptr<Reader> pipe_of(std::string text) {
  return callback_reader([left = std::move(text)](MutableBytes out) mutable {
    const std::size_t size = std::min<std::size_t>({out.size(), left.size(), 3});
    std::copy_n(as_bytes(left).begin(), size, out.begin());
    left.erase(0, size);
    return size;
  });
}

TEST_CASE("a stream's value begins where its reader stands") {
  auto reader = memory_reader(as_bytes("header|value"));
  reader->skip(7, "the header");
  const auto store = stream_store(std::move(reader), "k");
  CHECK(store->stat("k")->size == 5);
  CHECK(text_of(*store->get("k")) == "value");
  CHECK(text_of(*store->get("k", {.range = {1, 3}})) == "alu");
  CHECK(as_text(store->read("k").bytes()) == "value");
}

TEST_CASE("a stream has one position, and so one reader at a time") {
  const auto store = stream_store(memory_reader(as_bytes("value")));
  auto first = store->get("value");
  CHECK_ERROR(store->get("value"), conflict);
  CHECK(store->exists("value"));
  first.reset();
  CHECK(text_of(*store->get("value")) == "value");
}

TEST_CASE("a pipe gives its value once, and its size when it was read") {
  const auto store = stream_store(pipe_of("some value"));
  CHECK(store->stat("value")->size == unknown_size);
  CHECK(text_of(*store->get("value", {.range = {5, 100}})) == "value");
  CHECK_ERROR(store->get("value"), conflict);
  CHECK(as_text(stream_store(pipe_of("some value"))->read("value").bytes()) == "some value");
}

TEST_CASE("a stream that lost bytes meanwhile is truncated") {
  const TemporaryDirectory directory;
  create_file(directory / "f", {.sync = Sync::none})->finish();
  std::filesystem::resize_file(directory / "f", 300'000);
  const auto store = stream_store(open_file(directory / "f"));
  std::filesystem::resize_file(directory / "f", 1000);
  CHECK_ERROR(text_of(*store->get("value")), truncated);
}

TEST_CASE("what is put to a stream passes through at once, and cannot be taken back") {
  std::ostringstream out;
  const auto store = stream_store(stream_writer(out), "k");
  CHECK_ERROR(store->put("other"), usage);
  {
    const auto writer = store->put("k");
    writer->write(as_bytes("begun"));
    writer->flush();
    CHECK(out.str() == "begun");
    CHECK(store->list()->next().empty());
  }
  CHECK_ERROR(store->put("k"), conflict);
  CHECK_FALSE(store->capabilities().discards);
}

TEST_CASE("a stream that was written lists its key") {
  std::ostringstream out;
  const auto store = stream_store(stream_writer(out), "k");
  store->put("k", as_bytes("value"));
  const auto page = store->list({.details = true})->next();
  REQUIRE(page.size() == 1);
  CHECK(page[0].key == "k");
  CHECK(page[0].stat->size == 5);
  CHECK(out.str() == "value");
}

TEST_CASE("a stream's key is a key") { CHECK_ERROR(stream_store(memory_reader(Bytes()), "../k"), usage); }

}  // namespace
}  // namespace larder::testing
