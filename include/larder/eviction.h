// Eviction: keeping a store below limits, as joblib's Memory.reduce_size does, and better.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <larder/export.h>
#include <larder/store.h>

namespace larder {

// Each limit that is given must hold. What is equal to a limit is within it; an item that was last used exactly `age`
// ago is not, as in joblib.
struct StoreLimits {
  std::optional<std::uint64_t> bytes{};
  std::optional<std::uint64_t> items{};
  std::optional<std::chrono::nanoseconds> age{};  // since the last access; negative is Error `usage`

  bool operator==(const StoreLimits&) const = default;
  bool unlimited() const noexcept { return !bytes && !items && !age; }
};

// Which items go first.
enum class EvictionPolicy {
  least_recent,  // joblib's: the one that was not used for the longest time
  cheapest,      // the one that took the fewest seconds to compute a byte (Stat::cost), aged so that nothing stays for
                 // ever: GreedyDual-Size. An item without a cost counts as if it cost nothing.
};
LARDER_API std::string_view name_of(EvictionPolicy policy) noexcept;  // "least-recent", "cheapest"
LARDER_API EvictionPolicy parse_policy(std::string_view text);        // Error `usage` that lists them

// "10G", "1.5M", "500K" (of 1024, capital letters, as joblib's bytes_limit), "2T", or "1048576" bytes. Error `usage`
// that lists what is possible.
LARDER_API std::uint64_t parse_size(std::string_view text);

// The age that StoreLimits have: "30d", "12h", "90s", as parse_duration of <larder/budget.h>. Error `usage` for
// anything else, and for more than 292 years.
LARDER_API std::chrono::nanoseconds parse_age(std::string_view text);

// One item as eviction sees it: a key, or, in joblib's layout, the directory of one call with all its files.
struct EvictionItem {
  std::string name;        // the key, or the directory without a '/' at its end
  std::uint64_t size = 0;  // of all its files
  StoreTime accessed{};
  std::optional<double> cost{};
};

// The limit that made an item go.
enum class EvictionReason { bytes, items, age };
LARDER_API std::string_view name_of(EvictionReason reason) noexcept;  // "bytes"

struct Victim {
  std::size_t item;  // its place among those that were given
  EvictionReason reason;
};

// The items to remove, in this order, so that the rest is within the limits: under `least_recent` exactly those that
// joblib 1.3 and newer removes (sorted by access, equal ones as given, until every limit holds); under `cheapest` those
// that are too old, then the rest by seconds a byte, equal ones by access (only a store with limits of its own knows
// what it evicted before, and ages by it). A plain function. Error `usage`: a negative age.
LARDER_API std::vector<Victim> choose_victims(std::span<const EvictionItem> items, const StoreLimits& limits,
                                              EvictionPolicy policy, StoreTime now);

struct Evicted {
  std::string name;
  std::uint64_t size = 0;
  EvictionReason reason;
};

// Brings a store below `limits` once, and returns what went, in order; `hear`, where set, gets each as it goes. Works
// on every store that lists and removes; takes memory for each item. An item that somebody uses meanwhile, or removed
// already, is left out. A LocalStore with
// limits of its own does this at each put, without looking at all items. Errors: `unsupported`, those of the store.
LARDER_API std::vector<Evicted> evict(Store& store, const StoreLimits& limits,
                                      EvictionPolicy policy = EvictionPolicy::least_recent,
                                      const std::function<void(const Evicted&)>& hear = {});

}  // namespace larder
