#include "store/local/clock.h"

#include <time.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <limits>

#include <larder/reader.h>

#include "base/text.h"

namespace larder::internal {

namespace {

std::chrono::nanoseconds read_clock(clockid_t clock, std::string_view name) {
  struct timespec time;
  if (::clock_gettime(clock, &time) != 0) fail_os(errno, "read", name);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// Changes with nothing but a boot, so that it is read once.
const std::string& boot_of_this_machine() {
  static const std::string boot = [] {
    const auto file = open_file("/proc/sys/kernel/random/boot_id");
    std::array<std::byte, sizeof(ClockState::boot) - 1> bytes;
    const std::size_t size = file->read(bytes);
    std::string text(as_text(Bytes(bytes).first(size)));
    text.erase(std::min(text.size(), text.find('\n')));
    return text;
  }();
  return boot;
}

std::string_view boot_in(const ClockState& state) { return {state.boot, ::strnlen(state.boot, sizeof state.boot)}; }

// a + (b - c), where b is later than c; held back at the end of time.
std::int64_t advanced(std::int64_t a, std::int64_t b, std::int64_t c) {
  if (b <= c) return a;
  std::int64_t passed;
  std::int64_t sum;
  if (__builtin_sub_overflow(b, c, &passed) || __builtin_add_overflow(a, passed, &sum)) {
    return std::numeric_limits<std::int64_t>::max();
  }
  return sum;
}

}  // namespace

TimeSources system_time() {
  return {[] { return StoreTime(read_clock(CLOCK_REALTIME, "the system's clock")); },
          [] { return read_clock(CLOCK_BOOTTIME, "the time since boot"); }, [] { return boot_of_this_machine(); }};
}

ClockState StoreClock::now(const ClockState& before) const {
  ClockState state;
  state.since_boot_ns = sources_.since_boot().count();
  state.wall_ns = sources_.wall().time_since_epoch().count();
  const std::string boot = sources_.boot();
  boot.copy(state.boot, sizeof state.boot - 1);
  const std::string_view last = boot_in(before);
  if (last.empty()) {
    state.store_ns = state.wall_ns;
  } else if (last == boot_in(state)) {
    state.store_ns = advanced(before.store_ns, state.since_boot_ns, before.since_boot_ns);
    state.since_boot_ns = std::max(state.since_boot_ns, before.since_boot_ns);
  } else {
    state.store_ns = advanced(before.store_ns, state.wall_ns, before.wall_ns);
  }
  return state;
}

}  // namespace larder::internal
