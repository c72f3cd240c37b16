// Stores on S3 that write down when their keys are used: what all stores do, and eviction of the same items as joblib.
#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <string>
#include <vector>

#include <larder/eviction.h>
#include <larder/plugin/store_conformance.h>
#include <larder/store_report.h>

#include "store/s3/s3_store.h"
#include "tests/store/s3/fake_bucket.h"
#include "tests/support/errors.h"

namespace larder::internal::s3 {

namespace {

using namespace std::chrono_literals;
using testing::all_supported;
using testing::fake_bucket;
using testing::FakeS3;
using testing::FakeTime;

struct Scene {
  std::shared_ptr<FakeS3> server = std::make_shared<FakeS3>();
  FakeTime time{};
  std::shared_ptr<Bucket> bucket = fake_bucket(testing::fake_transport(server), time);

  std::unique_ptr<Store> store(bool accesses = true) const {
    auto plain = make_store(bucket, all_supported());
    return accesses ? accessed_store(std::move(plain), bucket, all_supported()) : std::move(plain);
  }
};

std::vector<std::string> names_of(const std::vector<Evicted>& evicted) {
  std::vector<std::string> names;
  for (const Evicted& one : evicted) names.push_back(one.name);
  return names;
}

StoreLimits items(std::uint64_t most) {
  StoreLimits limits;
  limits.items = most;
  return limits;
}

}  // namespace

TEST_CASE("a store on S3 that keeps accesses does what all stores do") {
  CHECK(store_problems({.make = [] { return Scene().store(); }}) == std::vector<std::string>());
}

TEST_CASE("what was used last goes last, by put, get and touch") {
  const Scene scene;
  const auto store = scene.store();
  for (const char* key : {"a", "b", "c", "d"}) store->put(key, as_bytes("value"));
  store->read("a");
  CHECK(store->touch("b"));
  CHECK_FALSE(store->touch("none"));
  GetOptions unseen;
  unseen.touch = false;
  store->read("c", unseen);
  CHECK(names_of(evict(*store, items(2))) == std::vector<std::string>{"c", "d"});
  CHECK(store->exists("a"));
  CHECK_FALSE(store->exists("c"));
}

TEST_CASE("processes agree on what was used last") {
  const Scene scene;
  {
    const auto writer = scene.store();
    for (const char* key : {"a", "b", "c"}) writer->put(key, as_bytes("value"));
  }
  {
    const auto reader = scene.store();
    reader->read("a");
  }
  const auto evicting = scene.store();
  CHECK(names_of(evict(*evicting, items(1))) == std::vector<std::string>{"b", "c"});
}

TEST_CASE("without accesses the oldest values go first") {
  const Scene scene;
  const auto store = scene.store(false);
  CHECK_FALSE(store->capabilities().touches);
  store->put("a", as_bytes("value"));
  store->put("b", as_bytes("value"));
  CHECK(evict(*store, items(1)).size() == 1);
  REQUIRE(store->records() != nullptr);
  CHECK(store->records()->limits().unlimited());
  CHECK_ERROR(store->records()->rebuild(), unsupported);
}

TEST_CASE("an item that was used since it was chosen stays") {
  const Scene scene;
  const auto store = scene.store();
  store->put("k", as_bytes("value"));
  const EvictionItem seen{"k", 5, *store->stat("k")->accessed, {}};
  store->read("k");
  CHECK_FALSE(store->records()->evict(seen, EvictionReason::items));
  CHECK(store->exists("k"));
  const EvictionItem now{"k", 5, *store->stat("k")->accessed, {}};
  CHECK(store->records()->evict(now, EvictionReason::items));
  CHECK_FALSE(store->records()->evict(now, EvictionReason::items));
  CHECK(explain(*store, "k").state == Explanation::State::unknown);
}

TEST_CASE("an item goes with all its keys, as in joblib's layout") {
  const Scene scene;
  const auto store = scene.store();
  const std::string call = "m/f/0123456789abcdef0123456789abcdef";
  for (const std::string& key :
       {call + "/output.pkl", call + "/metadata.json", std::string("m/f/func_code.py"), std::string("model.joblib"),
        std::string("model.joblib.metadata.json"), std::string("model.joblib2")})
    store->put(key, as_bytes("value"));
  CHECK(evict(*store, items(0)).size() == 3);
  std::vector<std::string> left;
  for (auto listing = store->list(); const Entry& entry : listing->next()) left.push_back(entry.key);
  CHECK(left == std::vector<std::string>{"m/f/func_code.py"});
}

TEST_CASE("an old upload that nobody goes on with is swept, a young one stays") {
  const Scene scene;
  const auto store = scene.store();
  static_cast<void>(scene.bucket->begin_upload("k", {}));
  evict(*store, items(100));
  CHECK(scene.server->uploads() == 1);
  scene.time.advance(std::chrono::hours(8 * 24));
  evict(*store, items(100));
  CHECK(scene.server->uploads() == 0);
}

TEST_CASE("objects of others are counted, and left alone") {
  const Scene scene;
  scene.server->put("../x", "value");
  scene.server->put("a//b", "value");
  const auto store = scene.store();
  store->put("k", as_bytes("value"));
  const Census census = take_census(*store);
  CHECK(census.keys == 1);
  CHECK(census.foreign == 2);
  evict(*store, items(0));
  CHECK(scene.server->get("../x"));
  CHECK(explain(*store, "none").state == Explanation::State::unknown);
}

TEST_CASE("counting and evicting ask for no value by itself") {
  const Scene scene;
  const auto store = scene.store(false);
  for (int i = 0; i < 50; ++i) store->put("k" + std::to_string(i), as_bytes("value"));
  const std::uint64_t before = scene.server->requests;
  const Census census = take_census(*store);
  CHECK(census.bytes == 250);
  CHECK(census.unknown_checksum == (store->capabilities().checksums ? 50 : 0));
  CHECK(scene.server->requests - before <= 3);
}

// The victims are those of choose_victims, which test_joblib_victims.py holds to joblib's own.
TEST_CASE("whatever was used when, the same items go as in joblib") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const Scene scene;
    const auto store = scene.store();
    std::map<std::string, std::pair<int, std::size_t>> used;  // key to the number of its last use, and its size
    for (int step = 0; step < 40; ++step) {
      const std::string key(1, static_cast<char>('a' + random() % 10));
      if (!used.contains(key) || random() % 3 == 0) {
        const std::string value(random() % 50, 'v');
        store->put(key, as_bytes(value));
        used[key] = {step, value.size()};
      } else {
        store->read(key);
        used[key].first = step;
      }
      if (random() % 4 == 0) scene.time.advance(700ms);
    }
    std::vector<EvictionItem> model;
    for (const auto& [key, what] : used)
      model.push_back({key, what.second, StoreTime(std::chrono::nanoseconds(what.first)), {}});
    StoreLimits limits;
    limits.bytes = random() % 200;
    limits.items = random() % 10;
    std::vector<std::string> wanted;
    for (const Victim& victim : choose_victims(model, limits, EvictionPolicy::least_recent, StoreTime(1h)))
      wanted.push_back(model[victim.item].name);
    CHECK(names_of(evict(*store, limits)) == wanted);
  }
}

}  // namespace larder::internal::s3
