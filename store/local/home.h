// What one opened LocalStore is made of: shared by the store and by the Writers that it gave.
#pragma once

#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <larder/local_store.h>

#include "store/local/directories.h"
#include "store/local/file_lock.h"
#include "store/local/history.h"
#include "store/local/layout.h"
#include "store/local/limiting.h"
#include "store/local/per_process.h"
#include "store/local/session.h"

namespace larder::internal {

// Thread-safe. Survives a foreign removal of .larder (joblib's Memory.clear does that): what is missing is made again
// at the next put, and a Writer whose temporary file is gone fails with `io`.
class Home {
 public:
  // Opens, or makes, the store in the directory `root`, and sweeps it. Errors of local_store.
  Home(Directories directories, const LocalOptions& options, Recovery& recovery);

  Directories& directories() noexcept { return directories_; }
  History& history() noexcept { return history_; }
  Limiting& limiting() noexcept { return limiting_; }
  const LocalOptions& options() const noexcept { return options_; }
  // Whether the file system can refuse to rename over a file that is there (RENAME_NOREPLACE).
  bool can_keep_existing() const noexcept { return can_keep_existing_; }

  // Made at the first put; another one in a forked child. Shared by Writers, so that it outlives them.
  std::shared_ptr<Session> session();
  // A session whose directory was removed from under it: the next call of session() makes another one.
  void give_up(const std::shared_ptr<Session>& session);
  // tmp/, trash/, damaged/: "" is .larder itself.
  Descriptor internal_directory(std::string_view name);
  // Of an item, as item_name gives it.
  SharedLock& publish_lock(std::string_view item) { return *publish_locks_[stripe_of(item)]; }
  static unsigned stripe_of(std::string_view item) noexcept;

 private:
  struct Kept {
    std::mutex mutex;
    std::shared_ptr<Session> session;
    void abandon() noexcept { session.reset(); }
  };

  LocalOptions options_;
  Directories directories_;
  History history_{directories_};
  Limiting limiting_{directories_};
  bool can_keep_existing_ = false;
  PerProcess<Kept> kept_;
  std::array<std::unique_ptr<SharedLock>, layout::stripes> publish_locks_;
};

}  // namespace larder::internal
