// The index of a store with limits: all items with their sizes, in the order in which they would go.
//
// Why: a put into a store of a million items must neither list nor sort them. The index is one file, mapped and shared
// by all processes: a table from item to slot, and heaps of the slots by access and by priority, so that a put, a touch
// and the choice of a victim take O(log n). It is only a memory of the files: it can be made anew from them at any
// time.
//
//   header 4096 bytes   magic "larderIX", version, boot id, `busy`, counts, total bytes, ClockState, limits, policy, L
//   slots               64 bytes each: hash of the name 16, size 8, sequence 8, accessed 8, priority 8, cost 4,
//                       name's place in index-names 8, its length 2, flags 2
//   table               u32 a bucket, open addressing, at most 3/4 full
//   heaps               u32 a slot, twice (by sequence; by priority), and u32 a slot, twice, for its place in them
//
// All changes happen under locks/index. `busy` is set during one: who gets the lock and finds it set (its holder was
// killed) makes table, heaps and counts anew from the slots, and reconciles the item that was being changed. A boot id
// that is not this boot's, a wrong length or a slot that makes no sense make it anew from the files.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <larder/eviction.h>

#include "io/descriptor.h"
#include "store/local/clock.h"
#include "store/local/file_lock.h"

namespace larder::internal {

struct IndexedItem {
  std::string name;
  std::uint64_t size = 0;
  std::optional<double> cost;
  std::optional<StoreTime> accessed;  // nothing: now
};

// Thread-safe, and safe among processes.
class LimitIndex {
 public:
  // Gives every item that the files have, once.
  using Files = std::function<void(const std::function<void(const IndexedItem&)>& item)>;

  // Opens the index in `home`, or makes it from `files`. Sets limits and policy where they are given. `rebuilt` tells
  // which. Errors `io`.
  LimitIndex(const Descriptor& home, const StoreClock& clock, std::optional<StoreLimits> limits,
             std::optional<EvictionPolicy> policy, Files files, bool* rebuilt);

  // The item is there, with this size and cost, and was just used.
  void put(const IndexedItem& item);
  // It is not there.
  void remove(std::string_view name);
  // Counts an access by get: gathered, and taken over 256 at a time, with the next put, or after a second. A process
  // that is killed takes those that were gathered with it.
  void touch(std::string_view name);
  // Takes over what was gathered; Store::touch does so at once.
  void flush_touches();
  std::optional<StoreTime> accessed(std::string_view name);

  struct Choice {
    std::string name;
    std::uint64_t size;
    EvictionReason reason;
    std::uint64_t sequence;  // to see whether it was used since
  };
  // The next item that has to go so that the limits hold once `item` has `size` bytes; nothing where they will. Never
  // `item` itself: Error `limit` where it is over a limit all alone, and nothing has to go for it.
  std::optional<Choice> next_victim(std::string_view item, std::uint64_t size);
  // Whether the item was used since.
  bool used_since(const Choice& choice);

  StoreLimits limits();
  EvictionPolicy policy();
  std::uint64_t items();
  std::uint64_t bytes();
  // Everything from the files.
  std::uint64_t rebuild();

 private:
  struct Mapping;
  std::shared_ptr<Mapping> mapping_;
};

}  // namespace larder::internal
