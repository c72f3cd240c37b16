// Time that stands still, for what counts it.
#pragma once

#include <string>

#include "store/local/clock.h"

namespace larder::internal::testing {

// Moves only when it is told to. Must outlive its sources.
struct FakeTime {
  StoreTime wall{std::chrono::hours(500'000)};
  std::chrono::nanoseconds since_boot = std::chrono::seconds(1000);
  std::string boot = "11111111-2222-3333-4444-555555555555";

  TimeSources sources() {
    return {[this] { return wall; }, [this] { return since_boot; }, [this] { return boot; }};
  }
  void pass(std::chrono::nanoseconds time) {
    wall += time;
    since_boot += time;
  }
};

}  // namespace larder::internal::testing
