// What a Writer of an S3Store sends, and what it leaves.
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>

#include <larder/store_report.h>

#include "base/checksum.h"
#include "codecs/deflate_checksum.h"
#include "tests/store/s3/fake_store.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

using namespace internal::s3;

constexpr std::uint64_t part = FakeStore::part;

std::vector<std::byte> bytes_of(std::size_t size) {
  std::vector<std::byte> bytes(size);
  std::uint32_t state = 1;
  for (std::byte& byte : bytes) byte = static_cast<std::byte>((state = state * 1664525 + 1013904223) >> 24);
  return bytes;
}

// Written in pieces, and told what is known of it.
Stat write(Store& store, const std::string& key, Bytes bytes, std::size_t piece, PutOptions options = {}) {
  Stat published;
  options.published = &published;
  const auto writer = store.put(key, options);
  for (; !bytes.empty(); bytes = bytes.subspan(std::min(piece, bytes.size())))
    writer->write(bytes.first(std::min(piece, bytes.size())));
  writer->finish();
  return published;
}

bool is_upload(const Wire& wire) { return wire.url.find("uploadId=") != std::string::npos; }
bool is_part(const Wire& wire) { return wire.url.find("partNumber=") != std::string::npos; }
bool is_complete(const Wire& wire) { return wire.method == "POST" && is_upload(wire); }

TEST_CASE("a value of any size is put whole, however it is written and whatever is known of its size") {
  FakeStore fake({}, FakeStore::small_parts());
  Store& store = *fake.store;
  for (const std::size_t size : {0UL, 1UL, part - 1, part, part + 1, 2 * part, 7 * part + 5}) {
    const auto bytes = bytes_of(size);
    for (const std::size_t piece : {std::size_t{1000}, std::size_t{part}, std::size_t{3 * part + 1}}) {
      for (const std::optional<std::uint64_t> told :
           {std::optional<std::uint64_t>(), std::optional<std::uint64_t>(size), std::optional<std::uint64_t>(size / 2),
            std::optional<std::uint64_t>(size * 3 + 7)}) {
        INFO(size << " bytes in pieces of " << piece << ", told " << told.value_or(0));
        const Stat put = write(store, "k", bytes, piece, {.size = told});
        const auto stat = store.stat("k");
        REQUIRE(stat);
        CHECK(stat->etag == put.etag);
        CHECK(stat->size == size);
        CHECK((stat->xxh3 || stat->crc32 == internal::crc32(0, bytes)));
        const Region read = store.read("k", {.verify = true});
        CHECK(std::equal(bytes.begin(), bytes.end(), read.bytes().begin(), read.bytes().end()));
      }
    }
  }
  CHECK(fake.server->uploads() == 0);
}

TEST_CASE("what comes in one piece has the checksum that larder verifies") {
  FakeStore fake({}, FakeStore::small_parts());
  const auto bytes = bytes_of(5 * part);
  const Stat put = fake.store->put("k", bytes);
  CHECK(put.xxh3 == internal::xxh3(bytes));
  CHECK(fake.store->stat("k")->xxh3 == put.xxh3);
}

TEST_CASE("damage of a value in parts is found, by verification and by reading it") {
  FakeStore fake({}, FakeStore::small_parts());
  const auto bytes = bytes_of(40 * part);
  write(*fake.store, "k", bytes, part);
  CHECK_FALSE(fake.store->stat("k")->xxh3);
  fake.server->damage("k");
  CHECK_ERROR(fake.store->read("k", {.verify = true}), checksum);
  CHECK_ERROR(fake.store->read("k"), checksum);
  unsigned damaged = 0;
  verify(*fake.store, "", Damaged::leave,
         [&](const Verified& verified) { damaged += verified.state == Verified::State::damaged; });
  CHECK(damaged == 1);
}

TEST_CASE("what is dropped leaves neither key nor upload") {
  FakeStore fake({}, FakeStore::small_parts());
  {
    const auto writer = fake.store->put("k");
    writer->write(bytes_of(10 * part));
    CHECK(fake.server->uploads() == 1);
  }
  CHECK(fake.server->uploads() == 0);
  CHECK(fake.server->keys().empty());
}

TEST_CASE("a part that fails fails the put, and leaves nothing") {
  std::atomic<int> parts = 0;
  const auto third_fails = [&](const Wire& wire, Transport&) -> std::optional<Exchange> {
    if (is_part(wire) && ++parts == 3) return answer_of(403);
    return std::nullopt;
  };
  for (const bool at_once : {false, true}) {
    FakeStore fake({}, FakeStore::small_parts(), third_fails);
    parts = 0;
    const auto bytes = bytes_of(10 * part);
    CHECK_ERROR(at_once ? fake.store->put("k", bytes) : write(*fake.store, "k", bytes, 1000), io);
    CHECK(fake.server->uploads() == 0);
    CHECK(fake.server->keys().empty());
  }
}

TEST_CASE("a part that the server lost fails the put") {
  FakeStore fake({}, FakeStore::small_parts(), [&](const Wire& wire, Transport& below) -> std::optional<Exchange> {
    if (!is_part(wire) || wire.url.find("partNumber=2") == std::string::npos) return std::nullopt;
    Wire elsewhere = wire;
    elsewhere.url.replace(elsewhere.url.find("partNumber=2"), 12, "partNumber=9999");
    elsewhere.headers.erase("authorization");
    return below.exchange(elsewhere);
  });
  CHECK_ERROR(write(*fake.store, "k", bytes_of(4 * part), part), io);
  CHECK(fake.server->uploads() == 0);
  CHECK(fake.server->keys().empty());
}

// How many bytes of parts are on their way at once, at most; parts wait until `wanted` were, as long as `patience`.
class Crowd {
 public:
  Crowd(int wanted, std::chrono::milliseconds patience) : wanted_(wanted), patience_(patience) {}

  void enter(std::size_t size) {
    std::unique_lock lock(mutex_);
    now_ += size;
    most_ = std::max(most_, now_);
    have_met_ = ++inside_ >= wanted_ || have_met_;
    changed_.notify_all();
    changed_.wait_for(lock, patience_, [&] { return have_met_; });
  }
  void leave(std::size_t size) {
    const std::lock_guard lock(mutex_);
    now_ -= size;
    --inside_;
  }
  std::size_t most() const { return most_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t now_ = 0;
  std::size_t most_ = 0;
  const int wanted_;
  const std::chrono::milliseconds patience_;
  int inside_ = 0;
  bool have_met_ = false;
};

TEST_CASE("parts are sent several at once, and no more than memory allows") {
  for (const std::uint64_t memory : {4 * part, 2 * part, part, std::uint64_t{1}}) {
    const bool has_room = memory >= 3 * part;
    Crowd crowd(has_room ? 2 : 3, has_room ? std::chrono::minutes(1) : std::chrono::milliseconds(20));
    S3Options how = FakeStore::small_parts();
    how.memory = memory;
    FakeStore fake({}, how, [&](const Wire& wire, Transport& below) -> std::optional<Exchange> {
      if (!is_part(wire)) return std::nullopt;
      crowd.enter(wire.body.size());
      Exchange answer = below.exchange(wire);
      crowd.leave(wire.body.size());
      return answer;
    });
    write(*fake.store, "k", bytes_of(12 * part), 10'000, {.size = 12 * part});
    INFO("memory for " << memory / part << " parts");
    CHECK(crowd.most() <= std::max(part, memory));
    if (has_room) CHECK(crowd.most() > part);
  }
}

TEST_CASE("a condition of an upload is decided when it is complete") {
  FakeStore fake({}, FakeStore::small_parts());
  Store& store = *fake.store;
  const auto bytes = bytes_of(5 * part);
  REQUIRE(store.put_if_absent("k", bytes));
  CHECK_FALSE(store.put_if_absent("k", bytes));
  const std::string etag = store.stat("k")->etag;
  REQUIRE(store.put_if_match("k", etag, bytes));
  CHECK_FALSE(store.put_if_match("k", etag, bytes));
  CHECK(fake.server->uploads() == 0);
}

TEST_CASE("where uploads have no conditions, values with one are put whole, as far as memory goes") {
  std::atomic<int> uploads = 0;
  FakeStore fake({.ignores_upload_conditions = true}, FakeStore::small_parts(),
                 [&](const Wire& wire, Transport&) -> std::optional<Exchange> {
                   uploads += wire.url.find("uploads") != std::string::npos;
                   return std::nullopt;
                 });
  Store& store = *fake.store;
  uploads = 0;
  CHECK(store.put_if_absent("k", bytes_of(4 * part)));
  CHECK_FALSE(store.put_if_absent("k", bytes_of(4 * part)));
  CHECK(uploads == 0);
  CHECK_ERROR(store.put_if_absent("other", bytes_of(4 * part + 1)), unsupported);
  CHECK_FALSE(store.exists("other"));
  store.put("other", bytes_of(4 * part + 1));
  CHECK(uploads == 1);
}

// The answer to the first request that fits is lost: before the server acted, or after.
WatchedTransport::Instead lose_one(std::shared_ptr<std::atomic<int>> left, bool is_done,
                                   std::function<bool(const Wire&)> fits) {
  return [=](const Wire& wire, Transport& below) -> std::optional<Exchange> {
    if (*left == 0 || !fits(wire) || left->fetch_sub(1) <= 0) return std::nullopt;
    if (is_done) below.exchange(wire);
    return Exchange{.lost = {.sent = true, .why = "the connection was reset"}};
  };
}

TEST_CASE("a put whose answer was lost is found again by its mark") {
  const auto to_k = [](const Wire& wire) { return wire.method == "PUT" && wire.url.ends_with("/k"); };
  for (const bool is_done : {false, true}) {
    for (const std::size_t size : {std::size_t{10}, std::size_t{5 * part}}) {
      const auto left = std::make_shared<std::atomic<int>>(0);
      FakeStore fake({}, FakeStore::small_parts(),
                     lose_one(left, is_done, [&](const Wire& wire) { return to_k(wire) || is_complete(wire); }));
      INFO(size << " bytes, lost " << (is_done ? "after" : "before") << " it was done");
      *left = 1;
      const auto put = fake.store->put_if_absent("k", bytes_of(size));
      CHECK(*left == 0);
      REQUIRE(put);
      CHECK(fake.store->stat("k")->etag == put->etag);
      CHECK(fake.server->uploads() == 0);
    }
  }
}

TEST_CASE("a put that lost to another one while its answer was lost is a conflict, or unknown") {
  const auto left = std::make_shared<std::atomic<int>>(0);
  const auto to_k = [](const Wire& wire) { return wire.method == "PUT" && wire.url.ends_with("/k"); };
  SECTION("another value stood there all the time") {
    FakeOptions options;
    const auto past = std::make_shared<std::chrono::seconds>(0);
    options.clock = [past] { return std::chrono::system_clock::now() - *past; };
    FakeStore fake(options, {}, lose_one(left, false, to_k));
    *past = std::chrono::seconds(100);
    fake.server->put("k", "theirs");
    *past = std::chrono::seconds(0);
    *left = 1;
    CHECK_FALSE(fake.store->put_if_absent("k", as_bytes("mine")));
  }
  SECTION("another value was put since") {
    std::shared_ptr<FakeS3> server;
    FakeStore fake({}, {}, [&](const Wire& wire, Transport& below) -> std::optional<Exchange> {
      if (*left == 0 || !to_k(wire)) return std::nullopt;
      *left = 0;
      below.exchange(wire);
      server->put("k", "theirs");
      return Exchange{.lost = {.sent = true, .why = "the connection was reset"}};
    });
    server = fake.server;
    *left = 1;
    CHECK_ERROR(fake.store->put_if_absent("k", as_bytes("mine")), unknown_outcome);
  }
}

TEST_CASE("a put that cannot be looked at afterwards is unknown") {
  std::atomic<bool> is_cut = false;
  FakeStore fake({}, {}, [&](const Wire&, Transport&) -> std::optional<Exchange> {
    if (!is_cut) return std::nullopt;
    return Exchange{.lost = {.sent = true, .why = "the connection was reset"}};
  });
  const auto writer = fake.store->put("k");
  writer->write(as_bytes("mine"));
  is_cut = true;
  CHECK_ERROR(writer->finish(), unknown_outcome);
}

}  // namespace
}  // namespace larder::testing
