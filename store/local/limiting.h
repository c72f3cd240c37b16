// What a store with limits does at each change: it keeps its index, and makes room.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include <larder/eviction.h>
#include <larder/local_store.h>

#include "store/local/clock.h"
#include "store/local/directories.h"
#include "store/local/limit_index.h"
#include "store/local/per_process.h"
#include "store/local/session.h"

namespace larder::internal {

class Home;

// Thread-safe, and usable in forked children.
class Limiting {
 public:
  // `directories` is borrowed.
  explicit Limiting(const Directories& directories) : directories_(directories) {}

  // Opens the index where the store has limits, or is given some. Whether it was made from the files. Errors of
  // LimitIndex.
  bool open(const LocalOptions& options);

  // Null where the store has no limits: nothing is kept then. Those that another process sets are found at the next
  // call.
  LimitIndex* index();
  // The same, without looking for limits that are new.
  LimitIndex* known_index();

  // Looks at the files of the item and corrects the index. The item's publish lock is held. What has happened has
  // happened: where the index cannot be told, it is made from the files at the next put.
  void tell(const std::string& item) noexcept;
  // Likewise does `work`.
  void tell(const std::function<void()>& work) noexcept;

 private:
  struct Opened {
    std::mutex mutex;
    std::unique_ptr<LimitIndex> index;
    void abandon() noexcept {}  // an index knows whose it is
  };

  std::unique_ptr<LimitIndex> make(std::optional<StoreLimits> limits, std::optional<EvictionPolicy> policy,
                                   bool* rebuilt) const;
  bool has_limits() const;

  const Directories& directories_;
  StoreClock clock_;
  PerProcess<Opened> opened_;
  std::atomic<bool> is_behind_ = false;
};

// Marks an item of a store with limits as being changed, while it lives: should the process die meanwhile, the next
// opening looks at its files and corrects the index. Not for functions' sources, which are never counted.
class BeingChanged {
 public:
  BeingChanged(Home& home, const std::string& item);

 private:
  std::shared_ptr<Session> session_;
  std::optional<Session::Pending> mark_;
};

// Evicts until `item` can have `size` bytes and the limits hold; with an empty item: until they hold. `hear` gets what
// went. Nothing where there are no limits. Takes publish locks, so none may be held. Errors: `limit` (the item alone is
// over them), `io` where a victim cannot be removed.
void make_room(Home& home, const std::string& item, std::uint64_t size,
               const std::function<void(const Evicted&)>& hear = {});

// How many bytes the item of `key` will have with a value of `size` bytes there.
std::uint64_t size_with(Home& home, const std::string& item, const std::string& key, std::uint64_t size);

// Removes a whole item and remembers why. `unless`: asked under its publish lock; true leaves it. Whether it went.
bool evict_item(Home& home, const std::string& item, EvictionReason reason, std::string_view details,
                const std::function<bool()>& unless);

}  // namespace larder::internal
