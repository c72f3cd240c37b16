// What Store does for every store: options, what five functions become, verification, computing once.
#include <atomic>
#include <thread>

#include "tests/store/wrapped_store.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

using namespace std::chrono_literals;

// With the capabilities that the five make.
class LeastStore final : public FiveFunctions {
 public:
  LeastStore()
      : FiveFunctions(memory_store(), {.reads = true,
                                       .writes = true,
                                       .many = true,
                                       .replaces = true,
                                       .snapshots = true,
                                       .discards = true,
                                       .removes = true,
                                       .lists = true,
                                       .nests = true}) {}
};

std::string text_of(Store& store, std::string_view key, const GetOptions& options = {}) {
  return std::string(as_text(store.read(key, options).bytes()));
}

TEST_CASE("five functions are a store") {
  LeastStore store;
  store.put("a", as_bytes("value"), {.cost = 2.5});
  CHECK(store.move("a", "b/c"));
  CHECK_FALSE(store.exists("a"));
  CHECK(text_of(store, "b/c") == "value");
  CHECK(store.stat("b/c")->cost == 2.5);
  CHECK_FALSE(store.move("a", "d"));
  CHECK(store.move("b/c", "b/c"));
  CHECK_FALSE(store.move("a", "a"));

  const Found computed = store.get_or_compute("new", [](Writer& out) { out.write(as_bytes("made")); });
  CHECK(computed.stat.size == 4);
  CHECK(text_of(store, "new") == "made");

  CHECK(store.records() == nullptr);
  CHECK(store.name("a") == "<store>/a");
  CHECK_ERROR(store.touch("new"), unsupported);
  CHECK_ERROR(store.set_aside("new", "e", "why"), unsupported);
  CHECK_ERROR(store.put_if_absent("x", as_bytes("1")), unsupported);
  CHECK_ERROR(store.put_if_match("x", "e", as_bytes("1")), unsupported);
  CHECK_ERROR(store.put("x", as_bytes("1"), {.metadata = {{"a", "b"}}}), unsupported);
  CHECK_ERROR(store.read("new", {.verify = true}), unsupported);
}

TEST_CASE("a capability without its function says so") {
  class Claims final : public Store {
   public:
    Claims() : Store({.touches = true, .sets_aside = true, .leases = true}) {}

   private:
    std::optional<Found> do_get(const std::string&, const GetOptions&) override { return std::nullopt; }
    std::unique_ptr<Writer> do_put(const std::string&, const PutOptions&) override { return nullptr; }
    std::optional<Stat> do_stat(const std::string&) override { return std::nullopt; }
    bool do_remove(const std::string&) override { return false; }
    std::unique_ptr<Listing> do_list(const ListOptions&) override { return listing_of({}); }
  };
  Claims store;
  CHECK_ERROR(store.touch("k"), unsupported);
  CHECK_ERROR(store.set_aside("k", "e", "why"), unsupported);
  CHECK_ERROR(store.lease("k"), unsupported);
  CHECK_ERROR(store.find("k"), unsupported);
  CHECK_ERROR(store.put("k"), unsupported);
  CHECK_ERROR(store.remove("k"), unsupported);
  CHECK_ERROR(store.move("k", "l"), unsupported);
  CHECK_ERROR(store.list(), unsupported);
}

TEST_CASE("options of put are checked before anything is done") {
  const auto store = memory_store();
  CHECK_ERROR(store->put("k", {.etag = "e"}), usage);
  CHECK_ERROR(store->put("k", {.condition = Condition::match}), usage);
  CHECK_ERROR(store->put_if_match("k", "", as_bytes("v")), usage);
  CHECK_ERROR(store->put("k", {.cost = -1.0}), usage);
  CHECK_ERROR(store->put("k", {.cost = std::numeric_limits<double>::quiet_NaN()}), usage);
  CHECK_ERROR(store->put("k", {.cost = std::numeric_limits<double>::infinity()}), usage);
  CHECK_ERROR(store->put("k", {.metadata = {{"Name", "v"}}}), usage);
  CHECK_FALSE(store->exists("k"));
}

TEST_CASE("what was published is known") {
  const auto store = memory_store();
  Stat published;
  const Stat returned =
      store->put("k", as_bytes("value"), {.metadata = {{"a", "b"}}, .cost = 1.5, .published = &published});
  CHECK(published.etag == returned.etag);
  CHECK(returned.size == 5);
  CHECK(returned.cost == 1.5);
  CHECK(returned.metadata == UserMetadata{{"a", "b"}});
  CHECK(store->stat("k")->etag == returned.etag);
}

TEST_CASE("a range begins inside, or at the end") {
  const auto store = memory_store();
  store->put("k", as_bytes("0123456789"));
  CHECK(text_of(*store, "k", {.range = {2, 3}}) == "234");
  CHECK(text_of(*store, "k", {.range = {8, 100}}) == "89");
  CHECK(text_of(*store, "k", {.range = {10, 1}}).empty());
  CHECK(text_of(*store, "k", {.range = {5}, .verify = true}) == "56789");
  CHECK_ERROR(store->read("k", {.range = {11}}), usage);
  CHECK_ERROR(store->find("k", {.range = {11}}), usage);
  CHECK_ERROR(store->find("k", {.range = {11}, .verify = true}), usage);
}

// As a store at the other end of a wire: its Readers go forward only, and know no size.
class ForwardOnly final : public WrappedStore {
 public:
  std::function<void(Store& below)> between_reads;  // called behind the first get

 private:
  std::optional<Found> do_get(const std::string& key, const GetOptions& options) override {
    auto found = below().find(key, options);
    if (!found) return found;
    std::shared_ptr<Reader> reader = std::move(found->reader);
    found->reader = callback_reader([reader](MutableBytes out) { return reader->read(out); });
    if (const auto call = std::exchange(between_reads, nullptr)) call(below());
    return found;
  }
};

TEST_CASE("values of readers that cannot seek are verified, and read") {
  ForwardOnly store;
  const std::string value(1'000'000, 'x');
  store.put("k", as_bytes(value));
  CHECK(text_of(store, "k") == value);
  CHECK(text_of(store, "k", {.verify = true}) == value);
  CHECK(text_of(store, "k", {.range = {999'998}, .verify = true}) == "xx");

  SECTION("what is replaced between verification and reading is verified anew") {
    store.between_reads = [](Store& below) { below.put("k", as_bytes("new")); };
    CHECK(text_of(store, "k", {.verify = true}) == "new");
  }
  SECTION("what is removed meanwhile is absent") {
    store.between_reads = [](Store& below) { below.remove("k"); };
    CHECK_FALSE(store.find("k", {.verify = true}));
  }
}

// Keys exclude each other as in a directory, and once somebody removes the key between a failed put and the look at it.
class DoesNotNest final : public WrappedStore {
 public:
  DoesNotNest() : WrappedStore(memory_store(), without_nesting()) {}
  int conflicts = 0;  // to come, whatever is there

 private:
  static Capabilities without_nesting() {
    Capabilities can = memory_store()->capabilities();
    can.nests = false;
    return can;
  }
  std::unique_ptr<Writer> do_put(const std::string& key, const PutOptions& options) override {
    if (conflicts > 0) {
      --conflicts;
      throw Error(ErrorKind::conflict, "something is in the way");
    }
    return below().put(key, options);
  }
};

TEST_CASE("put_if_absent tells a key that is there from one that is in the way") {
  DoesNotNest store;
  CHECK(store.put_if_absent("k", as_bytes("1")));
  CHECK_FALSE(store.put_if_absent("k", as_bytes("2")));
  store.conflicts = 3;
  CHECK(store.put_if_absent("new", as_bytes("1")));
  store.conflicts = 1'000'000;
  CHECK_ERROR(store.put_if_absent("other", as_bytes("1")), conflict);
}

TEST_CASE("a lease waits as long as it may") {
  const auto store = memory_store();
  auto held = store->lease("k");
  REQUIRE(held);
  CHECK_ERROR(store->lease("k"), usage);
  CHECK(store->lease("other"));
  std::thread([&] { CHECK(store->lease("k", 1ms) == nullptr); }).join();
  std::thread([&] { CHECK(store->lease("k", 0ms) == nullptr); }).join();
  std::thread([&] { CHECK(store->lease("k", -5ms) == nullptr); }).join();

  std::atomic<bool> got = false;
  std::thread waiting([&] { got = store->lease("k", std::chrono::milliseconds::max()) != nullptr; });
  held.reset();
  waiting.join();
  CHECK(got);
}

TEST_CASE("a lease may outlive its store") {
  auto store = memory_store();
  const auto held = store->lease("k");
  store.reset();
  CHECK(held);
}

TEST_CASE("what is computed and removed at once is an error in the end") {
  class Forgets final : public WrappedStore {
    std::optional<Found> do_get(const std::string&, const GetOptions&) override { return std::nullopt; }
  };
  Forgets store;
  int computed = 0;
  CHECK_ERROR(store.get_or_compute("k", [&](Writer&) { ++computed; }), not_found);
  CHECK(computed == 3);
}

TEST_CASE("a listing has pages of at least one entry") {
  const auto listing = listing_of({{"a"}, {"b"}, {"c"}});
  CHECK_ERROR(listing->next(0), usage);
  CHECK(listing->next(2).size() == 2);
  CHECK(listing->next(2).front().key == "c");
  CHECK(listing->next(2).empty());
}

}  // namespace
}  // namespace larder::testing
