// Opening a directory as a store, and what stands in it.
#include <larder/local_store.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include <larder/store.h>

#include "io/descriptor.h"
#include "store/local/home.h"
#include "store/local/opening.h"
#include "store/local/publishing.h"
#include "tests/io/child.h"
#include "tests/support/errors.h"
#include "tests/support/hexadecimal.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

namespace fs = std::filesystem;

constexpr LocalOptions fast{.sync = Sync::none};

std::string content_of(const Path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator(file), {});
}

void write_file(const Path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

std::string text_of(Store& store, std::string_view key) { return std::string(as_text(store.read(key).bytes())); }

TEST_CASE("a store is made with its parents, and only where that is wanted") {
  const TemporaryDirectory directory;
  CHECK_ERROR(local_store(directory / "a", {.create = false}), not_found);
  CHECK_ERROR(local_store(directory / "a", {.read_only = true}), not_found);
  for (const Sync sync : {Sync::none, Sync::full}) {
    const Path root = directory / ("a" + std::to_string(static_cast<int>(sync))) / "b" / "c";
    const auto store = local_store(root / "", {.sync = sync});
    CHECK(store->name() == "file://" + root.string());
    CHECK(store->capabilities().durable == (sync == Sync::full));
    CHECK(content_of(root / ".larder/store").starts_with("larder store 1\n"));
  }
  write_file(directory / "file", "x");
  CHECK_ERROR(local_store(directory / "file"), io);
  CHECK_ERROR(local_store(""), usage);
}

TEST_CASE("a relative path means what it meant when the store was opened") {
  const TemporaryDirectory directory;
  CHECK(true_in_child([&] {
    if (::chdir(directory.path().c_str()) != 0) return false;
    const auto store = local_store("here", fast);
    if (::chdir("/") != 0) return false;
    store->put("a", as_bytes("x"));
    return fs::exists(directory / "here/a");
  }));
}

TEST_CASE("settings open a store as options do") {
  const TemporaryDirectory directory;
  const std::string path = (directory / "s").string();
  CHECK(open_store(path)->capabilities().durable);
  CHECK_FALSE(open_store("file://" + path + "?sync=none")->capabilities().durable);
  CHECK_FALSE(open_store(path, {{"checksums", "false"}})->capabilities().checksums);
  CHECK_FALSE(open_store(path, {{"read_only", "yes"}})->capabilities().writes);
  CHECK_ERROR(open_store(path + "-none", {{"create", "no"}}), not_found);
  open_store(path, {{"gitignore", "1"}});
  CHECK(fs::exists(directory / "s/.gitignore"));
  CHECK_ERROR(open_store(path, {{"sync", "some"}}), usage);
  CHECK_ERROR(open_store(path, {{"checksums", "maybe"}}), usage);
  CHECK_ERROR(open_store(path, {{"other", "1"}}), usage);
}

TEST_CASE("joblib's .gitignore is written where joblib writes it, and kept where there is one") {
  const TemporaryDirectory directory;
  local_store(directory / "cache/joblib", {.sync = Sync::none, .gitignore = true});
  CHECK(content_of(directory / "cache/.gitignore") == "# Created by joblib automatically.\n*\n");
  CHECK_FALSE(fs::exists(directory / "cache/joblib/.gitignore"));
  write_file(directory / "other/.gitignore", "mine");
  local_store(directory / "other", {.sync = Sync::none, .gitignore = true});
  CHECK(content_of(directory / "other/.gitignore") == "mine");
}

TEST_CASE("a store to read only changes nothing") {
  const TemporaryDirectory directory;
  write_file(directory / "m/f/x", "value");
  {
    const auto store = local_store(directory.path(), {.read_only = true});
    CHECK(text_of(*store, "m/f/x") == "value");
    CHECK_FALSE(store->stat("m/f/x")->xxh3.has_value());
    CHECK_ERROR(store->put("a"), unsupported);
    CHECK_ERROR(store->remove("m/f/x"), unsupported);
    CHECK_ERROR(store->touch("m/f/x"), unsupported);
    CHECK_FALSE(fs::exists(directory / ".larder"));
  }
  local_store(directory.path(), fast)->put("a", as_bytes("x"));
  fs::resize_file(directory / "a", 0);
  const auto store = local_store(directory.path(), {.read_only = true});
  CHECK_ERROR(store->get("a"), checksum);
  CHECK(fs::exists(directory / "a"));
}

TEST_CASE("what joblib wrote is read as it is") {
  const TemporaryDirectory directory;
  write_file(directory / "module/f/0123456789abcdef0123456789abcdef/output.pkl", "pickle");
  const auto store = local_store(directory.path(), fast);
  const std::string key = "module/f/0123456789abcdef0123456789abcdef/output.pkl";
  const auto found = store->find(key, {.verify = true});
  REQUIRE(found);
  CHECK_FALSE(found->stat.xxh3.has_value());
  CHECK(found->stat.size == 6);
  // joblib replaces what larder put: no old checksum is left.
  store->put(key, as_bytes("larder's"));
  write_file(directory / "new", "joblib's");
  fs::rename(directory / "new", directory / key);
  CHECK_FALSE(store->stat(key)->xxh3.has_value());
  CHECK(text_of(*store, key) == "joblib's");
}

TEST_CASE("a store of a later version is left alone, a header that is none is malformed") {
  const TemporaryDirectory directory;
  const Path header = directory / ".larder/store";
  for (const bool read_only : {false, true}) {
    const LocalOptions options{.sync = Sync::none, .read_only = read_only};
    write_file(header, "larder store 2\nwhat: ever\n");
    CHECK_ERROR(local_store(directory.path(), options), unsupported);
    CHECK(content_of(header) == "larder store 2\nwhat: ever\n");
    for (const char* text : {"", "larder", "larder store ", "larder store 1", "larder store x\n", "something else\n"}) {
      write_file(header, text);
      INFO("'" << text << "'");
      CHECK_ERROR(local_store(directory.path(), options), malformed);
      CHECK(content_of(header) == text);
    }
  }
  write_file(header, "larder store 1\nunknown line\n");
  CHECK_NOTHROW(local_store(directory.path(), fast));
}

// Byte for byte what version 1 writes, as docs/formats/store.md has it; a later larder has to read it.
TEST_CASE("the store that version 1 wrote is read") {
  const TemporaryDirectory directory;
  write_file(directory / ".larder/store", "larder store 1\ncreated 1766400000000000000\n");
  write_file(directory / "models/forest.joblib", "the quick brown fox");
  const Path path = directory / "models/forest.joblib";
  const auto seal =
      from_hex("4c530103f7fd9cc213000000000000007970ee367636ec70efcdab89674523010200000000000000000020406e366aac");
  const std::string_view metadata("by\0larder\0", 10);
  REQUIRE(::setxattr(path.c_str(), "user.larder", seal.data(), seal.size(), 0) == 0);
  REQUIRE(::setxattr(path.c_str(), "user.larder.metadata", metadata.data(), metadata.size(), 0) == 0);
  Recovery found;
  const auto store = local_store(directory.path(), fast, &found);
  const auto value = store->find("models/forest.joblib", {.verify = true});
  REQUIRE(value);
  CHECK(value->stat.etag == "0123456789abcdef-2");
  CHECK(value->stat.cost == 2.5);
  CHECK(value->stat.metadata == UserMetadata{{"by", "larder"}});
  CHECK(text_of(*store, "models/forest.joblib") == "the quick brown fox");
}

TEST_CASE("values are mapped, but never to be written") {
  const TemporaryDirectory directory;
  const auto store = local_store(directory.path(), fast);
  store->put("a", as_bytes(std::string(100'000, 'x')));
  CHECK(store->read("a").mapped());
  const auto reader = store->get("a");
  CHECK(reader->map(MapMode::copy_on_write)->writable());
  CHECK_ERROR(reader->map(MapMode::read_write), usage);
  const Region part = store->read("a", {.range = {100, 70'000}});
  CHECK(part.mapped());
  CHECK(part.size() == 70'000);
}

TEST_CASE("an item goes as one, unless somebody uses it") {
  const TemporaryDirectory directory;
  Recovery recovery;
  internal::Home home(internal::open_root(directory.path(), fast), fast, recovery);
  const std::string item = "m/f/0123456789abcdef0123456789abcdef";
  write_file(directory / item / "output.pkl", "x");
  write_file(directory / item / "metadata.json", "{}");
  write_file(directory / item / "deep/er/file", "x");
  int gone = 0;
  CHECK_FALSE(internal::discard_item(
      home, item, [] { return true; }, [&] { ++gone; }));
  CHECK(fs::exists(directory / item / "output.pkl"));
  CHECK(internal::discard_item(
      home, item, [] { return false; }, [&] { ++gone; }));
  CHECK_FALSE(internal::discard_item(
      home, item, [] { return false; }, [&] { ++gone; }));
  CHECK(gone == 1);
  CHECK_FALSE(fs::exists(directory / "m"));
  CHECK(fs::is_empty(directory / ".larder/trash"));
}

TEST_CASE("a value that was touched says so") {
  const TemporaryDirectory directory;
  const auto store = local_store(directory.path(), fast);
  store->put("a", as_bytes("x"));
  store->put("b", as_bytes("x"));
  const auto accessed = [&](const char* key) { return *store->stat(key)->accessed; };
  const StoreTime modified = store->stat("a")->modified;
  CHECK(store->touch("a"));
  CHECK(accessed("a") > accessed("b"));
  static_cast<void>(store->get("b"));
  CHECK(accessed("b") > accessed("a"));
  const StoreTime before = accessed("a");
  static_cast<void>(store->get("a", {.touch = false}));
  CHECK(accessed("a") == before);
  CHECK(store->stat("a")->modified == modified);
  CHECK_FALSE(store->touch("absent"));
}

TEST_CASE("bytes that are read without touching leave no trace") {
  const TemporaryDirectory directory;
  const auto store = local_store(directory.path(), fast);
  for (const std::size_t size : {std::size_t{10}, std::size_t{100'000}}) {
    const Stat put = store->put("a", as_bytes(std::string(size, 'x')));
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // more than a tick of the file system's clock
    const Region region = store->read("a", {.touch = false});
    CHECK(region.mapped() == (size >= smallest_mapping));
    CHECK(region.bytes().back() == std::byte{'x'});
    CHECK(store->stat("a")->accessed == put.accessed);
  }
}

}  // namespace
}  // namespace larder::testing
