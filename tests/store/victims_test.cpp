// Which items go: tests/store/test_joblib_victims.py compares with joblib, these are what joblib does not know.
#include <catch2/catch.hpp>

#include <limits>
#include <string>
#include <vector>

#include <larder/eviction.h>
#include <larder/store_report.h>

#include "tests/support/errors.h"

namespace larder::testing {

namespace {

constexpr StoreTime now{std::chrono::seconds(1'000'000)};

EvictionItem item(std::string name, std::uint64_t size, int seconds_ago, std::optional<double> cost = std::nullopt) {
  return {std::move(name), size, now - std::chrono::seconds(seconds_ago), cost};
}

std::string chosen(const std::vector<EvictionItem>& items, const StoreLimits& limits,
                   EvictionPolicy policy = EvictionPolicy::least_recent) {
  std::string text;
  for (const Victim& victim : choose_victims(items, limits, policy, now)) {
    text += items[victim.item].name + ":" + std::string(name_of(victim.reason)) + " ";
  }
  return text;
}

std::string names_of(const std::vector<Evicted>& evicted) {
  std::string text;
  for (const Evicted& one : evicted) text += one.name + ":" + std::string(name_of(one.reason)) + " ";
  return text;
}

}  // namespace

TEST_CASE("victims: no limits, no victims") {
  CHECK(chosen({item("a", 10, 1), item("b", 10, 2)}, {}) == "");
  CHECK(chosen({}, {.bytes = 0, .items = 0, .age = std::chrono::nanoseconds(0)}) == "");
}

TEST_CASE("victims: each says which limit took it") {
  const std::vector<EvictionItem> items = {item("new", 10, 1), item("old", 10, 100), item("middle", 10, 50)};
  CHECK(chosen(items, {.bytes = 20}) == "old:bytes ");
  CHECK(chosen(items, {.bytes = 30}) == "");
  CHECK(chosen(items, {.items = 1}) == "old:items middle:items ");
  CHECK(chosen(items, {.age = std::chrono::seconds(100)}) == "old:age ");
  CHECK(chosen(items, {.age = std::chrono::seconds(100) + std::chrono::nanoseconds(1)}) == "");
  CHECK(chosen(items, {.bytes = 19, .items = 2, .age = std::chrono::seconds(60)}) == "old:age middle:bytes ");
  CHECK(chosen(items, {.bytes = 0, .items = 0}) == "old:bytes middle:bytes new:bytes ");
}

TEST_CASE("victims: the cheapest a byte go first, of equal ones the least recent, and what is too old before all") {
  const std::vector<EvictionItem> items = {item("dear", 10, 100, 50.0), item("cheap", 10, 1, 1.0),
                                           item("unknown", 10, 2), item("small", 1, 3, 1.0)};
  CHECK(chosen(items, {.bytes = 1}, EvictionPolicy::cheapest) == "unknown:bytes cheap:bytes small:bytes dear:bytes ");
  CHECK(chosen(items, {.items = 3}, EvictionPolicy::cheapest) == "unknown:items ");
  CHECK(chosen(items, {.items = 2, .age = std::chrono::seconds(100)}, EvictionPolicy::cheapest) ==
        "dear:age unknown:items ");
  CHECK(chosen({item("a", 5, 1), item("b", 5, 2)}, {.items = 1}, EvictionPolicy::cheapest) == "b:items ");
}

TEST_CASE("victims: a cost that makes no sense is none") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinite = std::numeric_limits<double>::infinity();
  CHECK(chosen({item("told", 10, 9, 1.0), item("nan", 10, 3, nan), item("minus", 10, 2, -5.0),
                item("inf", 10, 1, infinite)},
               {.items = 1}, EvictionPolicy::cheapest) == "nan:items minus:items inf:items ");
}

TEST_CASE("victims: numbers at their ends") {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  CHECK(chosen({item("a", most, 2), item("b", most, 1)}, {.bytes = most}) == "a:bytes ");
  CHECK(chosen({item("a", 0, 2), item("b", 1, 1)}, {.bytes = 0}) == "a:bytes b:bytes ");
  const std::vector<EvictionItem> first = {{"first", 1, StoreTime::min(), {}}};
  CHECK(chosen(first, {.age = std::chrono::nanoseconds::max()}) == "first:age ");
  CHECK(choose_victims(first, {.age = std::chrono::nanoseconds::max()}, EvictionPolicy::least_recent, StoreTime::min())
            .size() == 1);
  const std::vector<EvictionItem> future = {{"future", 1, StoreTime::max(), {}}};
  CHECK(chosen(future, {.age = std::chrono::nanoseconds(0)}) == "");
  CHECK_ERROR(choose_victims({}, {.age = std::chrono::nanoseconds(-1)}, EvictionPolicy::least_recent, now), usage);
}

TEST_CASE("victims: sizes in words") {
  CHECK(parse_size("0") == 0);
  CHECK(parse_size("1048576") == 1048576);
  CHECK(parse_size("1.5M") == 1572864);
  CHECK(parse_size("500K") == 512000);
  CHECK(parse_size("10G") == 10737418240);
  CHECK(parse_size("2T") == 2199023255552);
  CHECK(parse_size("18446744073709551615") == 18446744073709551615U);
  for (const auto* text : {"", "K", "-1K", "-1", "1.5", "10k", "10GB", " 1K", "1 K", "infG", "nanG", "99999999999999G",
                           "18446744073709551616", "1e400M", "0x10"}) {
    INFO(text);
    CHECK_ERROR(parse_size(text), usage);
  }
}

TEST_CASE("victims: policies by name") {
  for (const EvictionPolicy policy : {EvictionPolicy::least_recent, EvictionPolicy::cheapest}) {
    CHECK(parse_policy(name_of(policy)) == policy);
  }
  CHECK_ERROR(parse_policy("lru"), usage);
}

TEST_CASE("evict: any store that lists and removes, by whole items") {
  const auto store = memory_store();
  const std::string call = "m/f/0123456789abcdef0123456789abcdef";
  const std::string later = "m/f/fedcba9876543210fedcba9876543210";
  store->put("m/f/func_code.py", as_bytes("def f(): pass"));
  for (const std::string& one : {call, later}) {
    store->put(one + "/metadata.json", as_bytes("{}"));
    store->put(one + "/output.pkl", as_bytes("12345678"));
  }
  store->put("loose", as_bytes("123"));
  store->put("loose.metadata.json", as_bytes("{}"));

  CHECK(names_of(evict(*store, {.bytes = 25})).empty());
  CHECK(names_of(evict(*store, {.items = 3})).empty());
  SECTION("the least recent one goes, with all its keys") {
    CHECK(names_of(evict(*store, {.bytes = 24})) == call + ":bytes ");
    CHECK_FALSE(store->exists(call + "/output.pkl"));
    CHECK_FALSE(store->exists(call + "/metadata.json"));
    CHECK(store->exists(later + "/output.pkl"));
  }
  SECTION("an access of the value counts, one of its metadata does not") {
    store->get(call + "/output.pkl");
    store->get(later + "/metadata.json");
    CHECK(names_of(evict(*store, {.items = 1})) == later + ":items loose:items ");
    CHECK_FALSE(store->exists("loose.metadata.json"));
  }
  SECTION("what a function's source is stays") {
    CHECK(names_of(evict(*store, {.items = 0})) == call + ":items " + later + ":items loose:items ");
    CHECK(store->exists("m/f/func_code.py"));
  }
  CHECK_ERROR(evict(*store, {.age = std::chrono::nanoseconds(-1)}), usage);
}

TEST_CASE("evict: what is used meanwhile, or gone, stays out of it") {
  const auto store = memory_store();
  store->put("a", as_bytes("1"));
  const Stat before = *store->stat("a");
  const EvictionItem item{"a", 1, *before.accessed, {}};
  store->touch("a");
  CHECK_FALSE(store->records()->evict(item, EvictionReason::items));
  CHECK(store->exists("a"));
  CHECK(store->records()->evict({"a", 1, *store->stat("a")->accessed, {}}, EvictionReason::items));
  CHECK_FALSE(store->records()->evict(item, EvictionReason::items));
}

}  // namespace larder::testing
