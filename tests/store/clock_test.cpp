// The store's time: what a system clock that jumps does to it.
#include <catch2/catch.hpp>

#include "tests/store/fake_time.h"

namespace larder::internal::testing {

namespace {

constexpr std::chrono::hours ten_years(10 * 365 * 24);

std::chrono::nanoseconds passed(const ClockState& before, const ClockState& after) {
  return std::chrono::nanoseconds(after.store_ns - before.store_ns);
}

}  // namespace

TEST_CASE("clock: begins with the system's time") {
  FakeTime time;
  const StoreClock clock(time.sources());
  CHECK(clock.now({}).store_ns == time.wall.time_since_epoch().count());
}

TEST_CASE("clock: a jump of the system's clock inside a boot is nothing") {
  FakeTime time;
  const StoreClock clock(time.sources());
  const ClockState start = clock.now({});
  time.pass(std::chrono::seconds(5));
  time.wall += GENERATE(1, -1) * ten_years;
  const ClockState later = clock.now(start);
  CHECK(passed(start, later) == std::chrono::seconds(5));
  time.pass(std::chrono::seconds(2));
  CHECK(passed(later, clock.now(later)) == std::chrono::seconds(2));
}

TEST_CASE("clock: what another process saw later does not turn time back") {
  FakeTime time;
  const StoreClock clock(time.sources());
  const ClockState start = clock.now({});
  time.since_boot -= std::chrono::milliseconds(1);
  const ClockState same = clock.now(start);
  CHECK(passed(start, same) == std::chrono::nanoseconds(0));
  time.since_boot += std::chrono::milliseconds(1);
  CHECK(passed(start, clock.now(same)) == std::chrono::nanoseconds(0));
}

TEST_CASE("clock: from boot to boot by the system's clock, never backwards") {
  FakeTime time;
  const StoreClock clock(time.sources());
  const ClockState start = clock.now({});
  time.boot = "66666666-7777-8888-9999-000000000000";
  time.since_boot = std::chrono::seconds(3);
  SECTION("forwards") {
    time.wall += std::chrono::hours(1);
    CHECK(passed(start, clock.now(start)) == std::chrono::hours(1));
  }
  SECTION("a clock that was set back") {
    time.wall -= ten_years;
    const ClockState later = clock.now(start);
    CHECK(passed(start, later) == std::chrono::nanoseconds(0));
    time.pass(std::chrono::seconds(7));
    CHECK(passed(later, clock.now(later)) == std::chrono::seconds(7));
  }
}

TEST_CASE("clock: the end of time holds") {
  FakeTime time;
  const StoreClock clock(time.sources());
  ClockState last = clock.now({});
  last.store_ns = INT64_MAX - 5;
  time.pass(std::chrono::hours(1));
  CHECK(clock.now(last).store_ns == INT64_MAX);
}

TEST_CASE("clock: the system's sources") {
  const TimeSources system = system_time();
  CHECK(system.boot().size() == 36);
  CHECK(system.since_boot() > std::chrono::nanoseconds(0));
  CHECK(system.wall() > StoreTime(std::chrono::hours(400'000)));
}

}  // namespace larder::internal::testing
