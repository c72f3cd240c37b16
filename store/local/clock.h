// Time as a store counts it: a system clock that jumps by years makes nothing old.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <larder/store.h>

namespace larder::internal {

// What the system says; replaced by tests.
struct TimeSources {
  std::function<StoreTime()> wall;                       // CLOCK_REALTIME: shown to people
  std::function<std::chrono::nanoseconds()> since_boot;  // CLOCK_BOOTTIME: counted
  std::function<std::string()> boot;                     // /proc/sys/kernel/random/boot_id
};
TimeSources system_time();

// The point that a store's own time has reached; kept in the index.
struct ClockState {
  std::int64_t store_ns = 0;       // the store's time when this was written
  std::int64_t since_boot_ns = 0;  // of the boot
  std::int64_t wall_ns = 0;
  char boot[40] = {};
};

// Within one boot the store's time moves with CLOCK_BOOTTIME alone. Across boots it moves by the difference of the wall
// clock, never backwards. Thread-safe.
class StoreClock {
 public:
  explicit StoreClock(TimeSources sources = system_time()) : sources_(std::move(sources)) {}

  StoreTime wall() const { return sources_.wall(); }
  // The store's time now, and the state to keep.
  ClockState now(const ClockState& before) const;

 private:
  TimeSources sources_;
};

}  // namespace larder::internal
