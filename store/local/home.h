// What one opened LocalStore is made of: shared by the store and by the Writers that it gave.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <larder/local_store.h>

#include "store/local/clock.h"
#include "store/local/directories.h"
#include "store/local/file_lock.h"
#include "store/local/history.h"
#include "store/local/limit_index.h"
#include "store/local/session.h"

namespace larder::internal {

// Thread-safe. Survives a foreign removal of .larder (joblib's Memory.clear does that): what is missing is made again
// at the next put (session, index with the limits that this process knows), and a Writer whose temporary file is gone
// fails with `io`.
class Home {
 public:
  Home(const Path& root, const LocalOptions& options, Recovery* recovery);

  Directories& directories() noexcept { return directories_; }
  const LocalOptions& options() const noexcept { return options_; }
  History& history() noexcept { return history_; }
  const StoreClock& clock() const noexcept { return clock_; }

  // Made at the first put; another one in a forked child. Shared by Writers, so that it outlives them.
  std::shared_ptr<Session> session();
  // tmp/, trash/, damaged/: "" is .larder itself.
  Descriptor internal_directory(std::string_view name);
  // Of an item, as item_name gives it.
  SharedLock& publish_lock(std::string_view item);

  // Null where the store has no limits: nothing is kept then.
  LimitIndex* index() noexcept { return index_ ? &*index_ : nullptr; }
  // Evicts until `size` more bytes of `item` fit; nothing without limits. Takes publish locks, so none may be held.
  // Error `io` where a victim cannot be removed.
  void make_room(std::string_view item, std::uint64_t size);
  // Looks at the files of the item and corrects the index. The item's publish lock is held.
  void reconcile(std::string_view item);

 private:
  LocalOptions options_;
  StoreClock clock_;
  Directories directories_;
  History history_;
  std::optional<LimitIndex> index_;
  std::mutex mutex_;
  std::shared_ptr<Session> session_;
  std::array<std::unique_ptr<SharedLock>, 64> publish_locks_;
};

}  // namespace larder::internal
