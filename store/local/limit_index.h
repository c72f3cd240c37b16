// The index of a store with limits: all items with their sizes, in the order in which they would go.
//
// Why: a put into a store of a million items must neither list nor sort them. The index is one file (index_file.h),
// mapped and shared by all processes: a table from item to slot, a list of the slots by their last use, and a heap of
// them by priority. A put, a touch and the choice of a victim cost O(1), or O(log n) where costs decide. It is only a
// memory of the files: it can be made anew from them at any time.
//
// All changes happen under locks/index. What is being changed is written down first: who gets the lock and finds it
// unfinished (its holder was killed) makes table, list and heap anew from the slots, and finishes it. So an index is
// always as it was before or after a change. Where it is of another boot (a power cut may have torn it), or makes no
// sense, it is made anew from the files; accesses that it still knows are kept.
//
// It grows, and drops names that nobody has, by making another file that takes its name. What finds its file without a
// name opens the new one.
#pragma once

#include <sys/types.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <larder/eviction.h>

#include "io/descriptor.h"
#include "store/local/clock.h"
#include "store/local/file_lock.h"
#include "store/local/index_file.h"
#include "store/local/kept_limits.h"

namespace larder::internal {

struct IndexedItem {
  std::string name;
  std::uint64_t size = 0;
  std::optional<double> cost{};
  std::optional<StoreTime> accessed{};  // nothing: now
};

// Thread-safe, and safe among processes. Errors of all functions: `io`.
class LimitIndex {
 public:
  // The store's .larder, made where it is missing.
  using OpenHome = std::function<Descriptor()>;
  // Gives every item that the files have, once; `accessed` by the system's clock.
  using Files = std::function<void(const std::function<void(const IndexedItem&)>& item)>;

  // Opens the index, or makes it from `files`. Sets limits and policy where they are given; else they are those that
  // the store keeps. `rebuilt` tells whether items were looked for. `clock` must outlive it. Error `malformed`,
  // `unsupported`: read_limits.
  LimitIndex(OpenHome home, const StoreClock& clock, std::optional<StoreLimits> limits,
             std::optional<EvictionPolicy> policy, Files files, bool* rebuilt = nullptr);
  // Takes over what was gathered by `touch`, if it can; in a forked child that is its parent's.
  ~LimitIndex();
  LimitIndex(const LimitIndex&) = delete;
  LimitIndex& operator=(const LimitIndex&) = delete;

  // The item is there, with this size and cost, and was just used.
  void put(const IndexedItem& item);
  // It is not there.
  void remove(std::string_view name);
  // Counts an access by get: gathered, and taken over 256 at a time, before whatever else this process does with the
  // index, or after a second. A process that is killed takes those that were gathered with it.
  void touch(std::string_view name);
  // Takes over what was gathered; Store::touch does so at once.
  void flush_touches();
  // In the store's time.
  std::optional<StoreTime> accessed(std::string_view name);

  struct Choice {
    std::string name;
    std::uint64_t size;
    EvictionReason reason;
    std::uint64_t sequence;  // to see whether it was used since
    double priority;
  };
  // The next item that has to go so that the limits hold once `item` has `size` bytes; nothing where they will. Never
  // `item` itself: Error `limit` where it is over a limit all alone, and nothing has to go for it. An empty `item`:
  // so that they hold now. Also makes sure that the next put will find room in the index, so that a full disk is an
  // error here, and not when the value is in its place.
  std::optional<Choice> next_victim(std::string_view item, std::uint64_t size);
  // Whether the item was used since, or is not there any more.
  bool used_since(const Choice& choice);
  // The next victim went. What was put under its name since stays.
  void evicted(const Choice& choice);

  StoreLimits limits();
  EvictionPolicy policy();
  std::uint64_t items();
  std::uint64_t bytes();
  StoreTime now();
  // All items, the least recent first.
  std::vector<IndexedItem> in_order();
  // Everything from the files; how many items there are.
  std::uint64_t rebuild();

 private:
  static constexpr std::size_t most_touches = 256;

  template <class Work>
  auto locked(const Work& work);
  void refresh();
  void open_file();
  void make_from_files();
  void keep_room(std::uint32_t items);
  void take_over_touches();
  IndexChange change_of(IndexChange::Kind kind, std::string_view name) const;
  std::uint32_t first_by_use(std::uint32_t except) const;
  std::optional<EvictionReason> reason_to_evict(std::uint32_t oldest, std::uint64_t items, std::uint64_t bytes) const;

  OpenHome home_;
  const StoreClock& clock_;
  Files files_;
  pid_t process_;
  SharedLock lock_;

  // Under lock_.
  std::optional<KeptLimits> kept_;
  std::optional<IndexFile> file_;
  bool rebuilt_ = false;

  std::mutex touching_;
  std::array<std::string, most_touches> touched_;
  std::size_t touches_ = 0;
  std::chrono::steady_clock::time_point first_touch_;
};

}  // namespace larder::internal
