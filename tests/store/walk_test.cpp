// Walking a directory's files: what is listed, what is not, and in how much memory.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <set>

#include <larder/local_store.h>
#include <larder/store_report.h>

#include "store/local/walk.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

const std::string call = "0123456789abcdef0123456789abcdef";

std::set<std::string> keys_of(Store& store, const std::string& prefix = "") {
  std::set<std::string> keys;
  const auto listing = store.list({.prefix = prefix});
  for (auto page = listing->next(3); !page.empty(); page = listing->next(3))
    for (const Entry& entry : page) keys.insert(entry.key);
  return keys;
}

void write_file(const Path& path, const std::string& text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << text;
}

TEST_CASE("links, devices, temporary files and names that are no keys are not listed, but counted") {
  const TemporaryDirectory root;
  const TemporaryDirectory outside;
  const auto store = local_store(root.path(), {.sync = Sync::none});
  store->put("a/value", as_bytes("1"));
  write_file(outside / "secret", "2");
  std::filesystem::create_symlink(outside / "secret", root / "a/link");
  std::filesystem::create_directory_symlink(outside.path(), root / "directory-link");
  REQUIRE(::mkfifo((root / "a/fifo").c_str(), 0666) == 0);
  write_file(root / ("a/output.pkl." + call + "-12-345"), "half");
  write_file(root / "a/new\nline", "x");
  write_file(root / "a/\xff", "x");
  write_file(root / ".gitignore", "*\n");
  CHECK(keys_of(*store) == std::set<std::string>{"a/value"});
  CHECK(keys_of(*store, "directory-link/").empty());
  CHECK(store->records()->count_foreign() == 6);
  CHECK_ERROR(store->list({.prefix = ".larder/"}), usage);
}

TEST_CASE("keys as deep as keys can be are listed") {
  const TemporaryDirectory root;
  const auto store = local_store(root.path(), {.sync = Sync::none});
  std::string key = "k";
  while (key.size() + 2 <= 1024) key += "/k";
  store->put(key, as_bytes("deep"));
  CHECK(keys_of(*store) == std::set<std::string>{key});
  CHECK(keys_of(*store, key.substr(0, 700)) == std::set<std::string>{key});
}

TEST_CASE("a directory that vanishes while it is listed ends") {
  const TemporaryDirectory root;
  const auto store = local_store(root.path(), {.sync = Sync::none});
  for (int i = 0; i < 10; ++i) store->put("d/" + std::to_string(i), as_bytes("x"));
  const auto listing = store->list({.details = true});
  REQUIRE(listing->next(2).size() == 2);
  std::filesystem::remove_all(root / "d");
  CHECK(listing->next(100).empty());
}

TEST_CASE("a value with a damaged seal is listed, without what the seal says") {
  const TemporaryDirectory root;
  const auto store = local_store(root.path(), {.sync = Sync::none});
  if (!store->capabilities().checksums) return;
  store->put("k", as_bytes("value"));
  const char nonsense[48] = "no seal at all";
  REQUIRE(::setxattr((root / "k").c_str(), "user.larder", nonsense, sizeof nonsense, 0) == 0);
  const auto page = store->list({.details = true})->next();
  REQUIRE(page.size() == 1);
  CHECK(page[0].key == "k");
  CHECK_FALSE(page[0].stat.has_value());
}

std::map<std::string, std::uint64_t> items_of(const Path& root) {
  const internal::Directories directories(internal::open_descriptor(root, O_RDONLY | O_DIRECTORY), root.native());
  std::map<std::string, std::uint64_t> items;
  internal::for_each_item(directories, [&](const internal::IndexedItem& item) {
    CHECK(items.emplace(item.name, item.size).second);
    const auto again = internal::look_at_item(directories, item.name);
    REQUIRE(again.has_value());
    CHECK(again->size == item.size);
    CHECK(again->accessed == item.accessed);
  });
  CHECK_FALSE(internal::look_at_item(directories, "absent").has_value());
  CHECK_FALSE(internal::look_at_item(directories, "absent/" + call).has_value());
  return items;
}

TEST_CASE("items are what joblib counts, and every other key with its metadata") {
  const TemporaryDirectory root;
  write_file(root / "m/f" / call / "output.pkl", "12345");
  write_file(root / "m/f" / call / "metadata.json", "123");
  write_file(root / "m/f" / call / "deep/er", "1");
  write_file(root / "m/f/func_code.py", "# first line: 1\n");
  write_file(root / "plain", "1234567");
  write_file(root / "plain.metadata.json", "12");
  write_file(root / "d/alone.metadata.json", "1");
  write_file(root / "d/other", "1234");
  std::filesystem::create_symlink("/etc/passwd", root / "d/other.metadata.json");
  std::filesystem::create_directories(root / "m/f" / ("f" + call.substr(1)));
  CHECK(items_of(root.path()) ==
        std::map<std::string, std::uint64_t>{{"m/f/" + call, 9}, {"plain", 9}, {"d/alone", 1}, {"d/other", 4}});
}

TEST_CASE("an item is used when its value is, and costs what its value did") {
  const TemporaryDirectory root;
  const auto store = local_store(root.path(), {.sync = Sync::none});
  store->put("m/f/" + call + "/metadata.json", as_bytes("{}"));
  store->put("m/f/" + call + "/output.pkl", as_bytes("value"), {.cost = 2.5});
  const internal::Directories directories(internal::open_descriptor(root.path(), O_RDONLY | O_DIRECTORY), "root");
  const auto item = internal::look_at_item(directories, "m/f/" + call);
  REQUIRE(item.has_value());
  CHECK(item->accessed == store->stat("m/f/" + call + "/output.pkl")->accessed);
  if (store->capabilities().keeps_metadata) CHECK(item->cost == 2.5);
}

std::uint64_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t whole = 0, resident = 0;
  statm >> whole >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

TEST_CASE("a million keys are listed in constant memory", "[huge]") {
  constexpr int directories = 1000;
  constexpr int files = 1000;
  const TemporaryDirectory root;
  for (int directory = 0; directory < directories; ++directory) {
    const Path path = root / std::to_string(directory);
    std::filesystem::create_directory(path);
    for (int file = 0; file < files; ++file)
      internal::open_descriptor(path / std::to_string(file), O_WRONLY | O_CREAT | O_EXCL);
  }
  const auto store = local_store(root.path(), {.read_only = true});
  const auto listing = store->list();
  REQUIRE(listing->next().size() == 1000);
  const std::uint64_t before = resident_bytes();
  std::uint64_t count = 1000;
  for (auto page = listing->next(); !page.empty(); page = listing->next()) count += page.size();
  CHECK(count == std::uint64_t{directories} * files);
  CHECK(resident_bytes() < before + 4 * 1024 * 1024);
}

}  // namespace
}  // namespace larder::testing
