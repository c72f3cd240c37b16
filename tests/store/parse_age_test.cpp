#include <larder/eviction.h>
#include <catch2/catch.hpp>

#include "tests/support/errors.h"

namespace larder::testing {

using std::chrono::hours;

TEST_CASE("ages are durations") {
  CHECK(parse_age("30d") == hours(30 * 24));
  CHECK(parse_age("12h") == hours(12));
  CHECK(parse_age("90s") == std::chrono::seconds(90));
  CHECK(parse_age("0.5ms") == std::chrono::microseconds(500));
  CHECK(parse_age("106751d") == hours(24) * 106751);
  for (const char* wrong : {"", "d", "-1d", "30 days", "106752d", "1e300d"}) {
    INFO(wrong);
    CHECK_ERROR(parse_age(wrong), usage);
  }
}

}  // namespace larder::testing
