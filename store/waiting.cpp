#include "store/waiting.h"

#include "base/text.h"

namespace larder::internal {

bool KeyQueue::take(const std::string& key, std::optional<Clock::time_point> deadline) {
  std::unique_lock lock(mutex_);
  const auto holder = holders_.find(key);
  if (holder != holders_.end() && holder->second == std::this_thread::get_id())
    fail(ErrorKind::usage, "this thread holds the lease of the key ", internal::quoted(key), " already");
  const auto is_free = [&] { return !holders_.contains(key); };
  if (!deadline) {
    freed_.wait(lock, is_free);
  } else if (!freed_.wait_until(lock, *deadline, is_free)) {
    return false;
  }
  holders_.emplace(key, std::this_thread::get_id());
  return true;
}

void KeyQueue::release(const std::string& key) noexcept {
  {
    const std::lock_guard lock(mutex_);
    holders_.erase(key);
  }
  freed_.notify_all();
}

}  // namespace larder::internal
