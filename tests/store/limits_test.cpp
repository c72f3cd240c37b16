// A store with limits: every put keeps to them, in every process, and its index is what the files are.
#include <catch2/catch.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <larder/local_store.h>
#include <larder/store_report.h>

#include "store/local/walk.h"
#include "tests/store/index_under_test.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::testing {

namespace {

using internal::testing::home_at;

constexpr StoreLimits kilobyte{.bytes = 1000, .items = {}, .age = {}};

std::unique_ptr<Store> open(const Path& root, std::optional<StoreLimits> limits = std::nullopt,
                            std::optional<EvictionPolicy> policy = std::nullopt) {
  LocalOptions options;
  options.sync = Sync::none;
  options.limits = limits;
  options.policy = policy;
  return local_store(root, options);
}

void put(Store& store, const std::string& key, std::size_t size, PutOptions options = {}) {
  const std::string text(size, 'x');
  store.put(key, as_bytes(text), std::move(options));
}

std::string keys_of(Store& store) {
  std::vector<std::string> keys;
  const auto listing = store.list();
  for (auto page = listing->next(); !page.empty(); page = listing->next()) {
    for (const Entry& entry : page) keys.push_back(entry.key);
  }
  std::sort(keys.begin(), keys.end());
  std::string text;
  for (const std::string& key : keys) text += key + " ";
  return text;
}

// The bytes of all values, as the files have them at about this moment.
std::uint64_t bytes_in(const Path& root) {
  std::uint64_t bytes = 0;
  const internal::Directories directories(internal::open_descriptor(root, O_RDONLY | O_DIRECTORY), root.native());
  internal::for_each_item(directories, [&](const internal::IndexedItem& item) { bytes += item.size; });
  return bytes;
}

// "name:size" of all items, sorted: of the index, and of the files.
struct Compared {
  std::vector<std::string> index;
  std::vector<std::string> files;
};

Compared compared(const Path& root) {
  Compared both;
  const internal::Directories directories(internal::open_descriptor(root, O_RDONLY | O_DIRECTORY), root.native());
  const auto for_each = [&](const std::function<void(const internal::IndexedItem&)>& hear) {
    internal::for_each_item(directories, hear);
  };
  const internal::StoreClock clock;
  internal::LimitIndex index(home_at(root / ".larder"), clock, {}, {}, for_each);
  both.index = internal::testing::contents(index);
  for_each(
      [&](const internal::IndexedItem& item) { both.files.push_back(item.name + ":" + std::to_string(item.size)); });
  std::sort(both.index.begin(), both.index.end());
  std::sort(both.files.begin(), both.files.end());
  return both;
}

// Puts values of 1 to 2000 bytes below a few keys, for ever or `times` times.
[[noreturn]] void put_many(const Path& root, unsigned seed, unsigned times) {
  try {
    const auto store = open(root);
    for (unsigned i = 0; i < times; ++i) {
      const unsigned number = seed * 7919 + i * 104729;
      const std::string call =
          (number % 3 == 0 ? "m/f/0123456789abcdef0123456789abcd" : "key") + std::to_string(number % 90);
      put(*store, number % 3 == 0 ? call + "/output.pkl" : call, number % 2000 + 1);
      if (number % 6 == 0) put(*store, call + "/metadata.json", 30);
      if (number % 11 == 0) store->remove("key" + std::to_string(number % 90));
      if (number % 13 == 0) store->exists("key1") && store->move("key1", "moved");
    }
    ::_exit(0);
  } catch (const std::exception& error) {
    static_cast<void>(::write(2, error.what(), std::string_view(error.what()).size()));
    ::_exit(1);
  }
}

std::vector<pid_t> putting_processes(const Path& root, unsigned times) {
  std::vector<pid_t> children;
  for (unsigned child = 0; child < 8; ++child) {
    const pid_t process = ::fork();
    REQUIRE(process >= 0);
    if (process == 0) put_many(root, child + 1, times);
    children.push_back(process);
  }
  return children;
}

constexpr std::uint64_t shared_limit = 20'000;
constexpr std::uint64_t in_flight = 8 * 2030;  // of 8 processes

}  // namespace

TEST_CASE("limits: the least recently used goes when there is no room, and it is told why") {
  const TemporaryDirectory root;
  const auto store = open(root.path(), kilobyte);
  for (const auto* key : {"a", "b", "c"}) put(*store, key, 300);
  store->get("a");
  put(*store, "d", 300);
  CHECK(keys_of(*store) == "a c d ");
  const Explanation why = store->records()->explain("b");
  CHECK(why.state == Explanation::State::evicted);
  CHECK(why.reason == EvictionReason::bytes);
  CHECK(store->records()->limits() == kilobyte);

  SECTION("a value that replaces needs only the difference") {
    put(*store, "a", 400);
    CHECK(keys_of(*store) == "a c d ");
    put(*store, "a", 401);
    CHECK(keys_of(*store) == "a d ");
  }
  SECTION("what is over the limit alone is refused, and nothing goes for it") {
    CHECK_ERROR(put(*store, "big", 1001), limit);
    CHECK(keys_of(*store) == "a c d ");
    put(*store, "big", 1000);
    CHECK(keys_of(*store) == "big ");
  }
  SECTION("nothing goes for a put that cannot take effect") {
    CHECK_FALSE(store->put_if_absent("a", as_bytes(std::string(900, 'x'))));
    CHECK_FALSE(store->put_if_match("a", "no such etag", as_bytes(std::string(900, 'x'))));
    CHECK(keys_of(*store) == "a c d ");
  }
  SECTION("what is removed, moved or set aside makes room") {
    store->remove("a");
    put(*store, "e", 400);
    CHECK(keys_of(*store) == "c d e ");
    store->move("c", "f");
    store->set_aside("d", store->stat("d")->etag, "a test");
    put(*store, "g", 300);
    CHECK(keys_of(*store) == "e f g ");
  }
  const Compared both = compared(root.path());
  CHECK(both.index == both.files);
}

TEST_CASE("limits: hold for those who opened the store without them, before or after") {
  const TemporaryDirectory root;
  const auto before = open(root.path());
  put(*before, "a", 300);
  put(*before, "b", 300);
  const auto setting = open(root.path(), StoreLimits{.bytes = {}, .items = 2, .age = {}});
  const auto after = open(root.path());
  put(*before, "c", 1);
  CHECK(keys_of(*after) == "b c ");
  put(*after, "d", 1);
  CHECK(keys_of(*after) == "c d ");
  SECTION("until they are lifted") {
    const auto lifting = open(root.path(), StoreLimits{});
    put(*before, "e", 1);
    CHECK(keys_of(*after) == "c d e ");
  }
  SECTION("also where .larder was removed") {
    std::filesystem::remove_all(root / ".larder");
    put(*before, "e", 1);
    CHECK(before->records()->limits().items == 2);
    CHECK(std::filesystem::exists(root / "e"));
    put(*before, "f", 1);
    CHECK(keys_of(*before) == "e f ");
  }
}

TEST_CASE("limits: a call of joblib's layout goes as a whole, a function's source never") {
  const TemporaryDirectory root;
  const auto store = open(root.path(), StoreLimits{.bytes = {}, .items = 1, .age = {}});
  const std::string first = "m/f/0123456789abcdef0123456789abcdef/";
  const std::string second = "m/f/fedcba9876543210fedcba9876543210/";
  put(*store, "m/f/func_code.py", 10);
  put(*store, first + "output.pkl", 10);
  put(*store, first + "metadata.json", 10);
  put(*store, second + "metadata.json", 10);
  put(*store, second + "output.pkl", 10);
  CHECK(keys_of(*store) == second + "metadata.json " + second + "output.pkl m/f/func_code.py ");
  CHECK(store->records()->explain(first + "output.pkl").reason == EvictionReason::items);
  SECTION("joblib removes one behind our back") {
    std::filesystem::remove_all(root / second);
    put(*store, "other", 10);
    CHECK(keys_of(*store) == "m/f/func_code.py other ");
  }
}

TEST_CASE("limits: what was dear to compute stays, under that policy") {
  const TemporaryDirectory root;
  const auto store = open(root.path(), StoreLimits{.bytes = {}, .items = 2, .age = {}}, EvictionPolicy::cheapest);
  put(*store, "dear", 10, {.cost = 100.0});
  put(*store, "cheap", 10, {.cost = 1.0});
  put(*store, "middle", 10, {.cost = 10.0});
  CHECK(keys_of(*store) == "dear middle ");
  CHECK(store->records()->policy() == EvictionPolicy::cheapest);
}

TEST_CASE("limits: enforced and lifted by hand") {
  const TemporaryDirectory root;
  const auto store = open(root.path());
  for (const auto* key : {"a", "b", "c"}) put(*store, key, 100);
  CHECK(store->records()->enforce().empty());
  CHECK(evict(*store, StoreLimits{.bytes = 250, .items = {}, .age = {}}).size() == 1);
  CHECK(keys_of(*store) == "b c ");
  const auto limited = open(root.path(), StoreLimits{.bytes = {}, .items = 1, .age = {}});
  const auto gone = limited->records()->enforce();
  REQUIRE(gone.size() == 1);
  CHECK(gone[0].name == "b");
  CHECK(gone[0].reason == EvictionReason::items);
  CHECK(evict(*limited, StoreLimits{.bytes = 0, .items = {}, .age = {}}).size() == 1);
  CHECK(keys_of(*store) == "");
  const Compared both = compared(root.path());
  CHECK(both.index == both.files);
}

TEST_CASE("limits: by settings of the URL") {
  const TemporaryDirectory root;
  const auto store =
      open_store("file://" + root.path().native(),
                 {{"bytes", "1K"}, {"items", "5"}, {"age", "30d"}, {"policy", "cheapest"}, {"sync", "none"}});
  CHECK(store->records()->limits() == StoreLimits{.bytes = 1024, .items = 5, .age = std::chrono::hours(720)});
  CHECK(store->records()->policy() == EvictionPolicy::cheapest);
  CHECK_ERROR(open_store(root.path().native(), {{"items", "-1"}}), usage);
  CHECK_ERROR(open_store(root.path().native(), {{"policy", "best"}}), usage);
}

TEST_CASE("limits: 8 processes that put at once stay within them and what is in flight") {
  const TemporaryDirectory root;
  open(root.path(), StoreLimits{.bytes = shared_limit, .items = {}, .age = {}});
  auto children = putting_processes(root.path(), 300);
  std::uint64_t most = 0;
  while (!children.empty()) {
    most = std::max(most, bytes_in(root.path()));
    int status = 0;
    const pid_t done = ::waitpid(children.back(), &status, WNOHANG);
    if (done == 0) continue;
    CHECK(status == 0);
    children.pop_back();
  }
  CHECK(most <= shared_limit + in_flight);
  const auto store = open(root.path());
  put(*store, "last", 1);
  CHECK(bytes_in(root.path()) <= shared_limit);
  const Compared both = compared(root.path());
  CHECK(both.index == both.files);
}

TEST_CASE("limits: 8 processes that are killed leave an index that is what the files are") {
  const TemporaryDirectory root;
  open(root.path(), StoreLimits{.bytes = shared_limit, .items = {}, .age = {}});
  for (int round = 0; round < 10; ++round) {
    INFO("round " << round);
    const auto children = putting_processes(root.path(), 1'000'000);
    std::this_thread::sleep_for(std::chrono::milliseconds(50 + 10 * round));
    for (const pid_t child : children) REQUIRE(::kill(child, SIGKILL) == 0);
    for (const pid_t child : children) REQUIRE(::waitpid(child, nullptr, 0) == child);
    const auto store = open(root.path());
    CHECK(bytes_in(root.path()) <= shared_limit + in_flight);
    const Compared both = compared(root.path());
    REQUIRE(both.index == both.files);
  }
}

}  // namespace larder::testing
