// The log of accesses: what it says of a key is the latest use that any process wrote, whoever merges when.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <vector>

#include "store/s3/access_log.h"
#include "tests/store/s3/fake_bucket.h"
#include "tests/support/errors.h"

namespace larder::internal::s3 {

namespace {

using namespace std::chrono_literals;
using testing::fake_bucket;
using testing::FakeS3;
using testing::FakeTime;

const StoreTime long_ago{};

// A server, a time, and logs of many processes on it.
struct Scene {
  std::shared_ptr<FakeS3> server = std::make_shared<FakeS3>();
  FakeTime time{};

  std::shared_ptr<Bucket> bucket(const S3Options& options = {}) const {
    return fake_bucket(testing::fake_transport(server), time, options, "p/");
  }
  std::unique_ptr<AccessLog> log() const { return std::make_unique<AccessLog>(bucket()); }
  std::vector<std::string> objects() const {
    std::vector<std::string> keys = server->keys();
    std::erase_if(keys, [](const std::string& key) { return !key.starts_with("p/.larder/accesses/"); });
    return keys;
  }
  void put(const std::string& key) const { server->put("p/" + key, "value"); }
};

// Sends to `below` what is not to fail.
class FailingPuts final : public Transport {
 public:
  explicit FailingPuts(std::shared_ptr<Transport> below) : below_(std::move(below)) {}
  Exchange exchange(const Wire& wire) override {
    if (!fails || wire.method != "PUT") return below_->exchange(wire);
    Response response;
    response.status = 403;
    return {std::move(response)};
  }
  bool fails = false;

 private:
  std::shared_ptr<Transport> below_;
};

}  // namespace

TEST_CASE("accesses are lines of text") {
  const Accesses accesses = {{"a b%", StoreTime(1ns)}, {"c/d", StoreTime(0x123456789abcdef0ns)}};
  const std::string text = format_accesses(accesses);
  CHECK(text == "larder accesses 1\n0000000000000001 a%20b%25\n123456789abcdef0 c/d\n");
  CHECK(parse_accesses(text) == accesses);
  CHECK(parse_accesses("larder accesses 1\n0000000000000002 k\n0000000000000001 k\n") ==
        Accesses{{"k", StoreTime(2ns)}});
  CHECK(parse_accesses("larder accesses 1\n").empty());
}

TEST_CASE("texts that are no accesses are refused") {
  for (const char* text : {"", "larder accesses 2\n", "larder accesses 1\nk\n", "larder accesses 1\n0000000000000001 k",
                           "larder accesses 1\n0000000000000001\n", "larder accesses 1\n0000000000000001 \n",
                           "larder accesses 1\nffffffffffffffff k\n", "larder accesses 1\n-000000000000001 k\n",
                           "larder accesses 1\n00000000000000g1 k\n", "larder accesses 1\n0000000000000001 %2\n"}) {
    INFO(text);
    CHECK_ERROR(parse_accesses(text), malformed);
  }
  const std::string text = format_accesses({{"key", StoreTime(1ns)}, {"other key", StoreTime(2ns)}});
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string damaged = text;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    for (const std::string& one : {damaged, text.substr(0, at)}) {
      try {
        parse_accesses(one);
      } catch (const Error& error) {
        CHECK(error.kind() == ErrorKind::malformed);
      }
    }
  }
}

TEST_CASE("what is used is known at once here, and elsewhere when it was written") {
  const Scene scene;
  const auto here = scene.log(), there = scene.log();
  here->used("k");
  const StoreTime used = here->last("k", long_ago);
  CHECK(used > long_ago);
  CHECK(scene.objects().empty());
  CHECK(there->last("k", long_ago) == long_ago);
  here->refresh();
  there->refresh();
  CHECK(there->last("k", long_ago) == used);
  CHECK(scene.objects().size() == 1);
  here->refresh();  // nothing new
  CHECK(scene.objects().size() == 1);
}

TEST_CASE("uses are written after a minute, or 4096 keys, or in the end") {
  const Scene scene;
  auto log = scene.log();
  log->used("a");
  scene.time.advance(30s);
  log->used("b");
  CHECK(scene.objects().empty());
  scene.time.advance(31s);
  log->used("c");
  CHECK(scene.objects().size() == 1);
  for (int i = 0; i < 4096; ++i) log->used("k" + std::to_string(i));
  CHECK(scene.objects().size() == 2);
  log->used("d");
  log.reset();
  CHECK(scene.objects().size() == 3);
  const auto other = scene.log();
  other->refresh();
  for (const char* key : {"a", "b", "c", "d", "k0", "k4095"}) CHECK(other->last(key, long_ago) > long_ago);
}

TEST_CASE("each use is later than the one before") {
  const Scene scene;
  const auto log = scene.log();
  StoreTime last = log->now();
  for (int i = 0; i < 1000; ++i) {
    const StoreTime next = log->now();
    REQUIRE(next > last);
    last = next;
  }
}

TEST_CASE("a value that was put later than its last known use counts from then") {
  const Scene scene;
  const auto log = scene.log();
  log->used("k");
  const StoreTime used = log->last("k", long_ago);
  CHECK(log->last("k", used + 1s) == used);  // no later than whole seconds of two clocks can tell
  CHECK(log->last("k", used + 1min) == used + 1min);
  log->forget("k");
  CHECK(log->last("k", long_ago) == long_ago);
}

TEST_CASE("a log that may not write remembers for itself") {
  const Scene scene;
  S3Options options;
  options.read_only = true;
  AccessLog log(scene.bucket(options));
  log.used("k");
  log.refresh();
  CHECK(log.last("k", long_ago) > long_ago);
  CHECK(scene.objects().empty());
}

TEST_CASE("what cannot be written stays gathered") {
  const Scene scene;
  const auto transport = std::make_shared<FailingPuts>(testing::fake_transport(scene.server));
  AccessLog log(fake_bucket(transport, scene.time, {}, "p/"));
  transport->fails = true;
  log.used("a");
  scene.time.advance(61s);
  log.used("b");
  CHECK_ERROR(log.refresh(), io);
  transport->fails = false;
  log.refresh();
  const auto other = scene.log();
  other->refresh();
  CHECK(other->last("a", long_ago) == log.last("a", long_ago));
  CHECK(other->last("b", long_ago) == log.last("b", long_ago));
}

TEST_CASE("many objects become one, without keys that are gone") {
  const Scene scene;
  scene.put("stays");
  std::map<std::string, std::string> before;
  for (int i = 0; i < 65; ++i) {
    const auto log = scene.log();
    log->used(i % 2 == 0 ? "stays" : "goes");
  }
  CHECK(scene.objects().size() == 65);
  for (const std::string& key : scene.objects()) before[key] = *scene.server->get(key);
  const auto merging = scene.log();
  merging->refresh();
  REQUIRE(scene.objects().size() == 1);
  CHECK(scene.objects().front().starts_with("p/.larder/accesses/s-"));
  const StoreTime used = merging->last("stays", long_ago);
  CHECK(used > long_ago);
  CHECK(merging->last("goes", long_ago) == long_ago);

  // Who is killed before it removed what it merged changes nothing.
  for (const auto& [key, bytes] : before) scene.server->put(key, bytes);
  const auto later = scene.log();
  later->refresh();
  CHECK(later->last("stays", long_ago) == used);
  CHECK(scene.objects().size() == 1);
}

TEST_CASE("an object that is no log is an error that names it") {
  const Scene scene;
  scene.server->put("p/.larder/accesses/a-x", "something else");
  const auto log = scene.log();
  try {
    log->refresh();
    FAIL("nothing was thrown");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::malformed);
    CHECK(std::string_view(error.what()).find("s3://bucket/p/.larder/accesses/a-x") != std::string_view::npos);
  }
}

// Three processes use keys, look, end and begin again; an object of the log may come back from the dead.
TEST_CASE("whatever processes do, the last use is the latest that was written") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    const auto pick = [&](unsigned below) { return static_cast<unsigned>(random() % below); };
    const Scene scene;
    Accesses latest;
    std::array<std::unique_ptr<AccessLog>, 3> logs = {scene.log(), scene.log(), scene.log()};
    for (char key = 'a'; key < 'f'; ++key) scene.put(std::string(1, key));
    for (unsigned step = 0; step < 60; ++step) {
      auto& log = logs.at(pick(3));
      const unsigned what = pick(20);
      if (what < 12) {
        const std::string key(1, static_cast<char>('a' + pick(5)));
        log->used(key);
        latest[key] = std::max(latest[key], log->last(key, long_ago));
        scene.time.advance(1ms);
      } else if (what < 16) {
        log->refresh();
      } else if (what < 18) {
        log = scene.log();
      } else if (what < 19) {
        const auto objects = scene.objects();
        if (!objects.empty())
          scene.server->put("p/.larder/accesses/a-old" + std::to_string(step),
                            *scene.server->get(objects[pick(static_cast<unsigned>(objects.size()))]));
      } else {
        scene.time.advance(61s);
      }
    }
    for (auto& log : logs) log.reset();
    const auto judge = scene.log();
    judge->refresh();
    for (const auto& [key, time] : latest) REQUIRE(judge->last(key, long_ago) == time);
    CHECK(scene.objects().size() <= 64);
  }
}

}  // namespace larder::internal::s3
