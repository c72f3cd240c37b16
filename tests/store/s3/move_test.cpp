// Moving a value copies it on the server, and loses nothing that is put meanwhile.
#include <atomic>

#include "tests/store/s3/fake_store.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

using namespace internal::s3;

bool is_copy(const Wire& wire) { return wire.headers.contains("x-amz-copy-source"); }

TEST_CASE("a moved value keeps its metadata, checksum and cost, and gets another etag") {
  FakeStore fake;
  const Stat before = fake.store->put("from", as_bytes("value"), {.metadata = {{"a", "b"}}, .cost = 2.5});
  CHECK(fake.store->move("from", "to"));
  const auto after = fake.store->stat("to");
  REQUIRE(after);
  CHECK(after->metadata == before.metadata);
  CHECK(after->xxh3 == before.xxh3);
  CHECK(after->cost == before.cost);
  CHECK(after->etag != before.etag);
  CHECK_FALSE(fake.store->exists("from"));
  CHECK(as_text(fake.store->read("to", {.verify = true}).bytes()) == "value");
}

TEST_CASE("a large value is moved in parts") {
  FakeStore fake;
  const std::string value(5 << 20, 'v');
  for (const std::uint64_t most : {value.size() - 1, value.size()}) {
    const Stat before = fake.store->put("from", as_bytes(value));
    CHECK(move_object(fake.bucket, fake.supported, "from", "to", most));
    CHECK(fake.server->get("to") == value);
    CHECK(fake.store->stat("to")->xxh3 == before.xxh3);
    CHECK(fake.server->keys() == std::vector<std::string>{"to"});
    CHECK(fake.server->uploads() == 0);
  }
}

TEST_CASE("a value that is put between the copy and the removal stays") {
  for (const bool removes_if_match : {true, false}) {
    FakeStore* store = nullptr;
    FakeStore fake({.removes_if_match = removes_if_match}, {},
                   [&](const Wire& wire, Transport& below) -> std::optional<Exchange> {
                     if (store == nullptr || !is_copy(wire)) return std::nullopt;
                     Exchange answer = below.exchange(wire);
                     store->server->put("from", "new");
                     return answer;
                   });
    fake.store->put("from", as_bytes("old"));
    store = &fake;
    CHECK(fake.store->move("from", "to"));
    CHECK(fake.server->get("to") == "old");
    CHECK(fake.server->get("from") == "new");
  }
}

TEST_CASE("a value that is put just before the copy is moved in its stead") {
  std::atomic<int> left = 0;
  FakeStore* store = nullptr;
  FakeStore fake({}, {}, [&](const Wire& wire, Transport&) -> std::optional<Exchange> {
    if (left > 0 && is_copy(wire)) {
      --left;
      store->server->put("from", "new" + std::to_string(left));
    }
    return std::nullopt;
  });
  store = &fake;
  fake.store->put("from", as_bytes("old"));
  left = 3;
  CHECK(fake.store->move("from", "to"));
  CHECK(fake.server->get("to") == "new0");
  CHECK_FALSE(fake.server->get("from"));
  fake.store->put("from", as_bytes("old"));
  left = 1000;
  CHECK_ERROR(fake.store->move("from", "to"), conflict);
}

TEST_CASE("a value that is removed just before the copy was never there") {
  FakeStore* store = nullptr;
  FakeStore fake({}, {}, [&](const Wire& wire, Transport&) -> std::optional<Exchange> {
    if (store != nullptr && is_copy(wire)) store->server->remove("from");
    return std::nullopt;
  });
  fake.store->put("from", as_bytes("old"));
  store = &fake;
  CHECK_FALSE(fake.store->move("from", "to"));
  CHECK(fake.server->keys().empty());
}

TEST_CASE("a copy whose answer was lost is found again by its mark") {
  std::atomic<int> left = 0;
  FakeStore fake({}, {}, [&](const Wire& wire, Transport& below) -> std::optional<Exchange> {
    if (left == 0 || !is_copy(wire)) return std::nullopt;
    --left;
    below.exchange(wire);
    return Exchange{.lost = {.sent = true, .why = "the connection was reset"}};
  });
  fake.store->put("from", as_bytes("value"));
  left = 1;
  CHECK(fake.store->move("from", "to"));
  CHECK(fake.server->keys() == std::vector<std::string>{"to"});
}

}  // namespace
}  // namespace larder::testing
