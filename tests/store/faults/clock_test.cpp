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

}  // namespace
}  // namespace larder::testing
