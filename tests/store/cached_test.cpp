// What a cache directory in front of a store saves, and what happens where it cannot.
#include <larder/cached_store.h>

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <fstream>
#include <thread>

#include <larder/local_store.h>
#include <larder/store_report.h>

#include "tests/io/child.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

namespace fs = std::filesystem;

// What was asked of a store, by all processes.
struct Asked {
  std::atomic<int> gets{0}, stats{0}, touches{0};
  std::atomic<std::uint64_t> bytes{0};
};

// Counts what is read, as a network would; and gives up as often as it is told to, in the middle of a value.
class CountedReader final : public Reader {
 public:
  CountedReader(std::unique_ptr<Reader> below, Asked& asked, bool breaks)
      : Reader(0), below_(std::move(below)), asked_(asked), breaks_(breaks) {}

 private:
  std::size_t do_read(MutableBytes out) override {
    if (breaks_ && below_->position() * 2 >= *below_->size())
      throw Error(ErrorKind::conflict, "the value was replaced");
    const std::size_t size = below_->read(out.first(std::min<std::size_t>(out.size(), 100'000)));
    asked_.bytes += size;
    return size;
  }
  bool do_can_seek() const override { return true; }
  void do_seek(std::uint64_t position) override { below_->seek(position); }
  std::optional<std::uint64_t> do_size() const override { return below_->size(); }
  std::string do_name() const override { return below_->name(); }

  std::unique_ptr<Reader> below_;
  Asked& asked_;
  bool breaks_;
};

Capabilities far_away(Capabilities can) {
  can.mappable = can.snapshots = false;
  return can;
}

// A store far away: another one, of which everything is counted.
class FarStore final : public Store {
 public:
  FarStore(std::shared_ptr<Store> behind, Asked& asked)
      : Store(far_away(behind->capabilities())), behind_(std::move(behind)), asked_(asked) {}
  int breaks = 0;

 private:
  std::optional<Found> do_get(const std::string& key, const GetOptions& options) override {
    ++asked_.gets;
    auto found = behind_->find(key, options);
    if (found) found->reader = std::make_unique<CountedReader>(std::move(found->reader), asked_, breaks-- > 0);
    return found;
  }
  std::unique_ptr<Writer> do_put(const std::string& key, const PutOptions& options) override {
    return behind_->put(key, options);
  }
  std::optional<Stat> do_stat(const std::string& key) override {
    ++asked_.stats;
    return behind_->stat(key);
  }
  bool do_remove(const std::string& key) override { return behind_->remove(key); }
  std::unique_ptr<Listing> do_list(const ListOptions& options) override { return behind_->list(options); }
  bool do_touch(const std::string& key) override {
    ++asked_.touches;
    return behind_->touch(key);
  }
  std::unique_ptr<Lease> do_lease(const std::string&, std::optional<std::chrono::milliseconds>) override {
    return std::make_unique<Lease>();
  }
  bool do_set_aside(const std::string& key, const std::string& etag, std::string_view why) override {
    return behind_->set_aside(key, etag, why);
  }
  std::string do_name() const override { return "far:"; }

  std::shared_ptr<Store> behind_;
  Asked& asked_;
};

std::vector<std::byte> content(std::size_t size, int seed = 1) {
  std::vector<std::byte> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * i / 7 + static_cast<std::size_t>(seed));
  return bytes;
}

// A far store with a cache, and all that is known of both.
struct Cached {
  std::unique_ptr<Store> open(const CacheOptions& options = {}, std::shared_ptr<Store> other = nullptr) {
    auto far = std::make_unique<FarStore>(other ? other : behind, asked);
    last_far = far.get();
    return cached_store(std::move(far), directory / "cache", options,
                        [this](std::string_view line) { warnings.emplace_back(line); });
  }
  // The files of values in the directory.
  std::vector<Path> files() const {
    std::vector<Path> found;
    for (auto at = fs::recursive_directory_iterator(directory / "cache"); at != fs::recursive_directory_iterator();
         ++at) {
      if (at->path().filename() == ".larder")
        at.disable_recursion_pending();
      else if (at->is_regular_file())
        found.push_back(at->path());
    }
    return found;
  }

  TemporaryDirectory directory;
  Asked asked;
  std::shared_ptr<Store> behind = memory_store();
  FarStore* last_far = nullptr;
  std::vector<std::string> warnings;
};

void check_value(Store& store, std::string_view key, const std::vector<std::byte>& wanted) {
  const auto reader = store.get(key);
  const Region bytes = reader->read_region(*reader->size(), "the value");
  CHECK(std::ranges::equal(bytes.bytes(), wanted));
}

TEST_CASE("cached: a second get is of this machine, and mapped") {
  Cached cached;
  const auto value = content(300'000);
  const Stat put = cached.behind->put("a/b", value, {.metadata = {{"source", "wine"}}});
  const auto store = cached.open();
  CHECK(store->capabilities().mappable);
  CHECK(store->name() == "far:");
  check_value(*store, "a/b", value);
  CHECK(cached.asked.bytes == value.size());
  for (int i = 0; i < 3; ++i) {
    const Region mapped = store->read("a/b");
    CHECK(mapped.mapped());
    CHECK(std::ranges::equal(mapped.bytes(), value));
    const auto found = store->find("a/b");
    CHECK(found->stat.etag == put.etag);
    CHECK(found->stat.metadata == put.metadata);
    CHECK(found->reader->map(MapMode::read));
  }
  CHECK(cached.asked.gets == 1);
  // Another process, say tomorrow.
  check_value(*cached.open(), "a/b", value);
  CHECK(cached.asked.gets == 1);
  CHECK(cached.warnings.empty());
}

TEST_CASE("cached: a value that was put anew is fetched anew, one that is gone is gone") {
  Cached cached;
  const auto store = cached.open();
  for (int version = 0; version < 3; ++version) {
    const auto value = content(1000, version);
    if (version == 1)
      store->put("k", value);
    else
      cached.behind->put("k", value);
    check_value(*store, "k", value);
    check_value(*store, "k", value);
    CHECK(cached.asked.gets == version + 1);
  }
  CHECK(cached.files().size() == 1);
  cached.behind->remove("k");
  CHECK_FALSE(store->find("k"));
  CHECK_ERROR(store->get("k"), not_found);
}

TEST_CASE("cached: a put caches nothing") {
  Cached cached;
  const auto store = cached.open();
  store->put("k", content(1000));
  CHECK(cached.files().empty());
}

TEST_CASE("cached: parts of what is not there, and what is verified, pass by") {
  Cached cached;
  const auto value = content(500'000);
  cached.behind->put("k", value);
  const auto store = cached.open();
  const auto check_part = [&] {
    const auto part = store->get("k", {.range = {1000, 20}});
    CHECK(std::ranges::equal(part->read_region(20, "a part").bytes(), Bytes(value).subspan(1000, 20)));
    CHECK(part->peek().empty());
    CHECK(
        std::ranges::equal(store->read("k", {.range = {1000, 200'000}}).bytes(), Bytes(value).subspan(1000, 200'000)));
  };
  check_part();
  CHECK(store->get("k", {.sparse = true})->peek(1).front() == value[0]);
  CHECK(cached.asked.bytes < 301'000);
  CHECK(cached.files().empty());
  check_value(*store, "k", value);
  const std::uint64_t moved = cached.asked.bytes;
  check_part();
  CHECK(cached.asked.bytes == moved);
  CHECK_ERROR(store->get("k", {.range = {.offset = 500'001}}), usage);
  if (!store->capabilities().checksums) return;
  static_cast<void>(store->get("k", {.verify = true}));
  CHECK(cached.asked.bytes == moved + value.size());
}

TEST_CASE("cached: uses of what is cached count below") {
  Cached cached;
  cached.behind->put("k", content(10));
  const auto store = cached.open();
  check_value(*store, "k", content(10));
  CHECK(cached.asked.touches == 0);  // the get below was one
  check_value(*store, "k", content(10));
  CHECK(cached.asked.touches == 1);
  static_cast<void>(store->get("k", {.touch = false}));
  CHECK(cached.asked.touches == 1);
}

TEST_CASE("cached: limits are kept, and what is larger passes by") {
  Cached cached;
  const auto store = cached.open({.bytes = 50'000});
  for (const char* const key : {"a", "b", "c"}) {
    cached.behind->put(key, content(20'000));
    check_value(*store, key, content(20'000));
  }
  cached.behind->put("large", content(60'000));
  check_value(*store, "large", content(60'000));
  CHECK(cached.files().size() == 2);
  CHECK(cached.asked.gets == 4);
  check_value(*store, "c", content(20'000));
  CHECK(cached.asked.gets == 4);
  check_value(*store, "a", content(20'000));  // the one used longest ago went
  CHECK(cached.asked.gets == 5);
  check_value(*cached.open(), "large", content(60'000));
  CHECK(cached.warnings.empty());
}

TEST_CASE("cached: stores that share a directory see nothing of each other") {
  Cached cached;
  const std::shared_ptr<Store> other = memory_store();
  cached.behind->put("k", content(100, 1));
  other->put("k", content(100, 2));
  const auto one = cached.open();
  const auto two = cached.open({}, other);  // of the same name, and with the same etags
  for (int i = 0; i < 3; ++i) {
    check_value(*one, "k", content(100, 1));
    check_value(*two, "k", content(100, 2));
  }
}

TEST_CASE("cached: a value that is replaced while it is fetched is fetched again") {
  Cached cached;
  const auto value = content(1'000'000);
  cached.behind->put("k", value);
  const auto store = cached.open();
  cached.last_far->breaks = 2;
  check_value(*store, "k", value);
  CHECK(cached.asked.gets == 3);
  cached.behind->put("k", value);
  cached.last_far->breaks = 3;
  CHECK_ERROR(store->get("k"), conflict);
  CHECK(cached.warnings.empty());
  check_value(*store, "k", value);
}

TEST_CASE("cached: a cut value is fetched again, and verify finds others that are damaged") {
  Cached cached;
  const auto value = content(100'000);
  cached.behind->put("k", value);
  const auto store = cached.open();
  check_value(*store, "k", value);
  fs::resize_file(cached.files().front(), 50'000);
  check_value(*store, "k", value);
  CHECK(cached.asked.gets == 2);
  check_value(*store, "k", value);
  CHECK(cached.asked.gets == 2);
  CHECK(cached.warnings.size() == 1);

  std::fstream(cached.files().front(), std::ios::in | std::ios::out | std::ios::binary).put('x');
  const auto directory = local_store(cached.directory / "cache");
  CHECK(verify(*directory, "", Damaged::set_aside, [](const Verified&) {}) == 1);
  check_value(*store, "k", value);
  CHECK(cached.asked.gets == 3);
}

TEST_CASE("cached: where the directory fails, values come from below, and one line says so") {
  Cached cached;
  cached.behind->put("k", content(1000));
  const auto store = cached.open();
  check_value(*store, "k", content(1000));
  const Path folder = cached.files().front().parent_path();
  fs::remove_all(folder);
  std::ofstream(folder) << "in the way";
  for (int i = 0; i < 3; ++i) check_value(*store, "k", content(1000));
  CHECK(cached.asked.gets > 3);
  REQUIRE(cached.warnings.size() == 1);
  CHECK(cached.warnings[0].find((cached.directory / "cache").string()) != std::string::npos);
}

TEST_CASE("cached: a full disk is no error") {
  CHECK(true_in_child([] {
    Cached cached;
    const auto value = content(5'000'000);
    cached.behind->put("k", value);
    const auto store = cached.open();
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1'000'000, 1'000'000};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return false;
    for (int i = 0; i < 2; ++i)
      if (!std::ranges::equal(store->read("k").bytes(), value)) return false;
    return cached.warnings.size() == 1 && cached.files().empty();
  }));
}

TEST_CASE("cached: a directory that is none is an error at once") {
  Cached cached;
  std::ofstream(cached.directory / "cache") << "a file";
  CHECK_ERROR(cached.open(), io);
}

TEST_CASE("cached: of many threads one fetches") {
  Cached cached;
  const auto value = content(3'000'000);
  cached.behind->put("k", value);
  const auto store = cached.open();
  std::atomic<int> right = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([&] { right += std::ranges::equal(store->read("k").bytes(), value) ? 1 : 0; });
  }
  CHECK(right == 8);
  CHECK(cached.asked.gets == 1);
}

TEST_CASE("cached: of many processes one fetches") {
  Cached cached;
  const auto value = content(3'000'000);
  const std::shared_ptr<Store> behind = local_store(cached.directory / "behind", {.sync = Sync::none});
  behind->put("k", value);
  void* const shared = ::mmap(nullptr, sizeof(Asked), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(shared != MAP_FAILED);
  auto* const asked = new (shared) Asked;
  std::vector<pid_t> children;
  for (int i = 0; i < 6; ++i) {
    const pid_t child = ::fork();
    if (child == 0) {
      bool right = false;
      try {
        const auto store = cached_store(std::make_unique<FarStore>(behind, *asked), cached.directory / "cache");
        right = std::ranges::equal(store->read("k").bytes(), value);
      } catch (const std::exception& error) {
        std::fprintf(stderr, "child: %s\n", error.what());
      }
      ::_exit(right ? 0 : 1);
    }
    REQUIRE(child > 0);
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
  }
  CHECK(asked->gets == 1);
  ::munmap(shared, sizeof(Asked));
}

}  // namespace
}  // namespace larder::testing
