// What is in a store, whether it is intact, and why something is not there.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <larder/eviction.h>
#include <larder/export.h>
#include <larder/store.h>

namespace larder {

// All of a store, counted; see take_census.
struct Census {
  std::uint64_t keys = 0;
  std::uint64_t items = 0;  // as eviction counts them
  std::uint64_t bytes = 0;
  std::uint64_t without_checksum = 0;  // put by other tools
  std::uint64_t unknown_checksum = 0;  // a store on S3 would have to ask for each value whether it has one
  std::uint64_t foreign = 0;           // links, devices, other tools' temporary files: no values
  std::uint64_t set_aside = 0;
  std::uint64_t set_aside_bytes = 0;
  std::optional<StoreTime> least_recent{};
  std::optional<StoreTime> most_recent{};
  StoreLimits limits{};
  EvictionPolicy policy = EvictionPolicy::least_recent;
  std::map<std::string, std::uint64_t> bytes_by_prefix{};  // of the first part; the 1000 that were seen first
};
// Looks at every key; takes constant memory, but for the first parts of keys. Errors `unsupported` where the store does
// not list; those of the store.
LARDER_API Census take_census(Store& store);

// What became of one key while verifying.
struct Verified {
  enum class State { intact, without_checksum, damaged, unreadable };
  std::string key;
  State state;
  std::string why{};       // of the last two
  std::uint64_t size = 0;  // 0 where it is not known
};

enum class Damaged { leave, set_aside };  // what to do with a damaged value

// Reads every value whose key begins with `prefix` and compares it with its checksum; no value counts as accessed.
// `hear` gets each of them as it is made. Returns how many were damaged or unreadable. Error `unsupported` where the
// store has no checksums.
LARDER_API std::uint64_t verify(Store& store, std::string_view prefix, Damaged damaged,
                                const std::function<void(const Verified&)>& hear);

// Why a key is there, or is not.
struct Explanation {
  enum class State {
    present,
    evicted,      // by which limit and when
    damaged,      // set aside
    removed,      // by remove, move, or clear_function
    never_there,  // the history knows nothing of it and is complete
    unknown,      // not there, and the history does not reach back to the store's beginning
  };
  State state = State::unknown;
  std::optional<Stat> stat{};              // present
  std::optional<StoreTime> when{};         // of what happened
  std::optional<EvictionReason> reason{};  // evicted
  std::string details{};                   // one line: what a limit was and what it came to; what the checksum said
};
// On any store; without records a key that is not there is `unknown`.
LARDER_API Explanation explain(Store& store, std::string_view key);

// A damaged value that was set aside.
struct SetAside {
  std::string name;  // for StoreRecords::discard
  std::string key;
  StoreTime when{};
  std::uint64_t size = 0;
  std::string why;
};

// What a store remembers beside its values: Store::records. Thread-safe. Errors `io`, `malformed`.
class LARDER_API StoreRecords {
 public:
  virtual ~StoreRecords();

  // What became of `key`. A LocalStore keeps its last 100,000 events or more.
  virtual Explanation explain(std::string_view key) = 0;

  virtual std::vector<SetAside> set_aside_values() = 0;
  // Deletes one; Error `not_found`.
  virtual void discard(std::string_view name) = 0;

  // Links, devices, other tools' temporary files: what lies among the values and is none. Looks at all of them.
  // Default: there are none.
  virtual std::uint64_t count_foreign();

  // What every put keeps to.
  virtual StoreLimits limits() = 0;
  virtual EvictionPolicy policy() = 0;
  // Enforces them now; what went.
  virtual std::vector<Evicted> enforce() = 0;

  // Removes a whole item at once, and remembers why. False where it was used after item.accessed, or is gone.
  virtual bool evict(const EvictionItem& item, EvictionReason reason) = 0;
  // In the time of Stat::accessed.
  virtual StoreTime now() = 0;

  // Removes what writers that were killed left behind, where that is not done at opening; `evict` does this first.
  // Default: nothing is left behind.
  virtual void sweep();

  // Makes what is only a memory of the files (the index) anew from the files; how many items there are.
  virtual std::uint64_t rebuild() = 0;
};

}  // namespace larder
