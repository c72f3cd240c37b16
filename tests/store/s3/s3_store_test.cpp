// S3Stores do what all stores do, on a whole server and on those that lack something.
#include <map>
#include <mutex>

#include <larder/plugin/store_conformance.h>
#include <larder/store_report.h>

#include "tests/store/s3/fake_store.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

// Stores that the suite made, and the servers behind them.
class Servers {
 public:
  std::unique_ptr<Store> make(const FakeOptions& lacks, const S3Options& how) {
    FakeStore fake(lacks, how);
    const std::lock_guard lock(mutex_);
    by_store_[fake.store.get()] = fake.server;
    return std::move(fake.store);
  }
  std::unique_ptr<Store> again(Store& store, const S3Options& how) {
    return std::move(FakeStore::again(of(store), how).store);
  }
  std::shared_ptr<FakeS3> of(Store& store) {
    const std::lock_guard lock(mutex_);
    return by_store_.at(&store);
  }

 private:
  std::mutex mutex_;
  std::map<Store*, std::shared_ptr<FakeS3>> by_store_;
};

std::vector<std::string> problems(const FakeOptions& lacks, const S3Options& how = {}) {
  const auto servers = std::make_shared<Servers>();
  return store_problems({.make = [=] { return servers->make(lacks, how); },
                         .again = [=](Store& store) { return servers->again(store, how); },
                         .damage = [=](Store& store, const std::string& key) { servers->of(store)->damage(key); }});
}

const std::vector<std::string> none;

TEST_CASE("a store on S3 has every behaviour") { CHECK(problems({}) == none); }

TEST_CASE("a store on S3 has every behaviour, whatever the server lacks") {
  SECTION("conditions") { CHECK(problems({.ignores_conditions = true}) == none); }
  SECTION("conditions of uploads") { CHECK(problems({.ignores_upload_conditions = true}) == none); }
  SECTION("one key below another") { CHECK(problems({.nests = false}) == none); }
  SECTION("checksums, and conditions of removals") {
    CHECK(problems({.keeps_crc32 = false, .removes_if_match = false}) == none);
  }
}

TEST_CASE("a store on S3 has every behaviour when all values have many parts") {
  CHECK(problems({}, FakeStore::small_parts()) == none);
}

TEST_CASE("a store on S3 can do what the server can, and writes only where it may") {
  const Capabilities all = FakeStore().store->capabilities();
  CHECK((all.puts_if_absent && all.puts_if_match && all.nests && all.durable && !all.snapshots && !all.leases));
  CHECK_FALSE(FakeStore({.ignores_conditions = true}).store->capabilities().puts_if_absent);
  CHECK_FALSE(FakeStore({.nests = false}).store->capabilities().nests);
  S3Options options;
  options.read_only = true;
  const Capabilities reads = FakeStore({}, options).store->capabilities();
  CHECK((reads.reads && reads.lists && !reads.writes && !reads.removes && !reads.puts_if_absent));
}

TEST_CASE("a small value is one request to get and one to put") {
  FakeStore fake;
  const std::string value(100'000, 'v');
  std::uint64_t before = fake.server->requests;
  fake.store->put("k", as_bytes(value));
  CHECK(fake.server->requests - before == 1);
  before = fake.server->requests;
  CHECK(as_text(fake.store->read("k").bytes()) == value);
  CHECK(fake.server->requests - before == 1);
}

TEST_CASE("keys of other tools that larder has no words for are not listed") {
  FakeStore fake;
  for (const char* key : {"a", "../x", "a//b", ".larder/accesses/1", "c/", "/d", "e\nf", "g/../h"})
    fake.server->put(key, "value");
  fake.server->put(std::string(300, 'k'), "value");
  const auto page = fake.store->list()->next();
  REQUIRE(page.size() == 1);
  CHECK(page[0].key == "a");
}

TEST_CASE("sizes are listed without a look at each value") {
  FakeStore fake;
  for (int i = 0; i < 50; ++i) fake.server->put("k" + std::to_string(i), std::string(10, 'v'));
  const std::uint64_t before = fake.server->requests;
  const auto page = fake.store->list({.details = true, .only_sizes = true})->next();
  CHECK(fake.server->requests - before == 1);
  REQUIRE(page.size() == 50);
  for (const Entry& entry : page) {
    REQUIRE(entry.stat);
    CHECK(entry.stat->size == 10);
    CHECK(entry.stat->modified > StoreTime());
  }
}

TEST_CASE("a value of another tool is got, and passes verification") {
  FakeStore fake;
  fake.server->put("theirs", "value", {{"x-amz-meta-colour", "blue"}});
  const auto found = fake.store->find("theirs", {.verify = true});
  REQUIRE(found);
  CHECK(found->stat.metadata == UserMetadata{{"colour", "blue"}});
  CHECK_FALSE(found->stat.xxh3);
  CHECK(as_text(found->reader->read_region(5, "the value").bytes()) == "value");
  CHECK(fake.store->put_if_match("theirs", found->stat.etag, as_bytes("mine")));
}

TEST_CASE("a value that was replaced by equal bytes is another value") {
  FakeStore fake;
  const std::string first = fake.store->put("k", as_bytes("same")).etag;
  const std::string second = fake.store->put("k", as_bytes("same")).etag;
  CHECK(first != second);
  CHECK_FALSE(fake.store->put_if_match("k", first, as_bytes("new")));
  CHECK(fake.store->put_if_match("k", second, as_bytes("new")));
}

}  // namespace
}  // namespace larder::testing
