// The threads of one process that want to compute the same key: one computes, the others wait.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include <larder/store.h>

namespace larder::internal {

// Thread-safe. Store::lease takes the key here first, and then, where there is one, the lease among processes: so a
// process never waits for itself, and a store without do_lease still computes once a process.
class KeyQueue {
 public:
  using Clock = std::chrono::steady_clock;

  // Waits for the key until `deadline` (for ever where there is none) and takes it; false where it is not to be had in
  // time. Error `usage` where the calling thread holds it.
  bool take(const std::string& key, std::optional<Clock::time_point> deadline);
  void release(const std::string& key) noexcept;

 private:
  std::mutex mutex_;
  std::condition_variable freed_;
  std::map<std::string, std::thread::id> holders_;
};

}  // namespace larder::internal
