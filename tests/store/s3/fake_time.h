// Time in which sleeping takes none.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

#include "store/s3/client.h"

namespace larder::testing {

// The real clocks, and as much later as was slept or advanced. Copies are the same time. Thread-safe.
class FakeTime {
 public:
  using Milliseconds = std::chrono::milliseconds;

  void advance(Milliseconds time) const {
    const std::lock_guard lock(state_->mutex);
    state_->ahead += time;
  }
  // Each sleep so far.
  std::vector<Milliseconds> slept() const {
    const std::lock_guard lock(state_->mutex);
    return state_->slept;
  }
  std::chrono::steady_clock::time_point steady() const { return std::chrono::steady_clock::now() + ahead(); }
  std::chrono::system_clock::time_point wall() const { return std::chrono::system_clock::now() + ahead(); }

  // chance: of all jitter.
  internal::s3::Pacing pacing(double chance = 0.5) const {
    const FakeTime time = *this;
    return {.now = [time] { return time.steady(); },
            .wall = [time] { return time.wall(); },
            .sleep =
                [time](Milliseconds how_long) {
                  const std::lock_guard lock(time.state_->mutex);
                  time.state_->slept.push_back(how_long);
                  time.state_->ahead += how_long;
                },
            .chance = [chance] { return chance; }};
  }

 private:
  struct State {
    std::mutex mutex{};
    Milliseconds ahead{};
    std::vector<Milliseconds> slept{};
  };
  Milliseconds ahead() const {
    const std::lock_guard lock(state_->mutex);
    return state_->ahead;
  }
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace larder::testing
