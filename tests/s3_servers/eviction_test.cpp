// What was not used for long goes first, whoever used it: S3 itself keeps no times of access.
#include <catch2/catch.hpp>

#include <chrono>
#include <thread>

#include <larder/eviction.h>

#include "server.h"
#include "tests/io/child.h"

namespace larder::testing {
namespace {

// The server's time is told in whole seconds.
void let_a_second_pass() { std::this_thread::sleep_for(std::chrono::milliseconds(1100)); }

TEST_CASE("values that other processes use are kept, and what nobody uses is evicted") {
  const std::string bucket = make_bucket();
  S3Options options = server_options();
  options.accesses = true;
  const std::vector<std::byte> value(1000);
  CHECK(true_in_child([&] {
    const auto store = open_bucket(bucket, options);
    for (const char* key : {"a", "b", "c", "d"}) store->put(key, value);
    return true;
  }));
  let_a_second_pass();
  for (const char* used : {"c", "a"})
    CHECK(true_in_child([&] { return open_bucket(bucket, options)->read(used).size() == 1000; }));

  std::string gone;
  CHECK(true_in_child([&] {
    const auto store = open_bucket(bucket, options);
    for (const Evicted& item : evict(*store, {.items = 2})) gone += item.name;
    return gone == "bd" || gone == "db";
  }));
  const auto store = open_bucket(bucket);
  CHECK(store->exists("a"));
  CHECK(store->exists("c"));
  CHECK_FALSE(store->exists("b"));
  CHECK_FALSE(store->exists("d"));
}

TEST_CASE("two processes that evict at once remove what one of them would, and nothing twice") {
  const std::string bucket = make_bucket();
  S3Options options = server_options();
  options.accesses = true;
  const std::vector<std::byte> value(100);
  {
    const auto store = open_bucket(bucket, options);
    for (int i = 0; i < 40; ++i) store->put("key" + std::to_string(i), value);
  }
  CHECK(in_processes(2, [&](unsigned) { evict(*open_bucket(bucket, options), {.items = 10}); }) == 2);
  std::size_t left = 0;
  const auto listing = open_bucket(bucket)->list();
  for (auto page = listing->next(); !page.empty(); page = listing->next()) left += page.size();
  CHECK(left == 10);
}

}  // namespace
}  // namespace larder::testing
