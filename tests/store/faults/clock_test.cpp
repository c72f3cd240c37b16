// Clocks that jump by ten years, and files from the future: nothing goes that would have stayed, everything works.
#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>

#include <string>

#include <larder/local_store.h>
#include <larder/store_report.h>

#include "faults.h"
#include "tests/io/content.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

constexpr std::int64_t ten_years = 3653LL * 24 * 3600;
constexpr std::size_t value_size = 1000;

std::string key(int number) { return "key" + std::to_string(number); }

std::vector<std::string> keys_of(Store& store) {
  std::vector<std::string> keys;
  const auto listing = store.list();
  for (auto page = listing->next(); !page.empty(); page = listing->next()) {
    for (const Entry& entry : page) keys.push_back(entry.key);
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

TEST_CASE("a clock that jumps by ten years, either way, makes nothing old") {
  for (const std::int64_t jump : {ten_years, -ten_years}) {
    const TemporaryDirectory scratch;
    const LocalOptions options{.sync = Sync::none, .limits = StoreLimits{.age = std::chrono::hours(24 * 365)}};
    const auto store = local_store(scratch / "store", options);
    for (int i = 0; i < 10; ++i) store->put(key(i), pattern(value_size));
    {
      const ClockJump jumped(jump);
      store->put(key(10), pattern(value_size));
      CHECK(store->records()->enforce().empty());
      CHECK(keys_of(*store).size() == 11);
      // Opened anew under the other clock, and swept.
      const auto again = local_store(scratch / "store", options);
      again->put(key(11), pattern(value_size));
      CHECK(again->records()->enforce().empty());
      CHECK(equal(again->read(key(0), {.verify = true}).bytes(), pattern(value_size)));
    }
    store->put(key(12), pattern(value_size));
    CHECK(store->records()->enforce().empty());
    CHECK(keys_of(*store).size() == 13);
  }
}

TEST_CASE("what was used last stays, whatever the clock said then") {
  const TemporaryDirectory scratch;
  const auto store =
      local_store(scratch / "store", {.sync = Sync::none, .limits = StoreLimits{.bytes = 3 * value_size}});
  {
    const ClockJump jumped(ten_years);
    store->put(key(0), pattern(value_size));
  }
  store->put(key(1), pattern(value_size));
  {
    const ClockJump jumped(-ten_years);
    store->put(key(2), pattern(value_size));
    CHECK(store->touch(key(1)));
  }
  store->put(key(3), pattern(value_size));
  CHECK(keys_of(*store) == std::vector<std::string>{key(1), key(2), key(3)});
  store->put(key(4), pattern(value_size));
  CHECK(keys_of(*store) == std::vector<std::string>{key(1), key(3), key(4)});
}

TEST_CASE("files from the year 2040 are neither kept for ever nor thrown away at once") {
  const TemporaryDirectory scratch;
  const auto store =
      local_store(scratch / "store",
                  {.sync = Sync::none, .limits = StoreLimits{.bytes = 3 * value_size, .age = std::chrono::hours(24)}});
  for (int i = 0; i < 3; ++i) {
    store->put(key(i), pattern(value_size));
    const timespec future{2'208'988'800, 0};
    const timespec times[2] = {future, future};
    REQUIRE(::utimensat(AT_FDCWD, (scratch / "store" / key(i)).c_str(), times, 0) == 0);
  }
  CHECK(store->records()->enforce().empty());
  CHECK(store->records()->rebuild() == 3);
  CHECK(store->records()->enforce().empty());
  store->put(key(3), pattern(value_size));
  CHECK(keys_of(*store).size() == 3);
  CHECK(store->exists(key(3)));
}

}  // namespace
}  // namespace larder::testing
