#include <algorithm>
#include <chrono>
#include <numeric>

#include <larder/eviction.h>

#include "base/text.h"
#include "store/seconds_per_byte.h"

namespace larder {

using internal::seconds_per_byte;

namespace {

// Whoever was last used then or before is too old.
StoreTime deadline_of(std::chrono::nanoseconds age, StoreTime now) {
  return now < StoreTime::min() + age ? StoreTime::min() : now - age;
}

class Order {
 public:
  Order(std::span<const EvictionItem> items, const StoreLimits& limits, EvictionPolicy policy, StoreTime now)
      : items_(items), policy_(policy) {
    if (limits.age) deadline_ = deadline_of(*limits.age, now);
  }

  bool is_too_old(std::size_t item) const { return deadline_ && items_[item].accessed <= *deadline_; }

  // Whether `a` goes before `b`.
  bool operator()(std::size_t a, std::size_t b) const {
    if (is_too_old(a) != is_too_old(b)) return is_too_old(a);
    if (policy_ == EvictionPolicy::cheapest && !is_too_old(a)) {
      const double worth_a = seconds_per_byte(items_[a].cost, items_[a].size);
      const double worth_b = seconds_per_byte(items_[b].cost, items_[b].size);
      if (worth_a != worth_b) return worth_a < worth_b;
    }
    return items_[a].accessed < items_[b].accessed;
  }

 private:
  std::span<const EvictionItem> items_;
  EvictionPolicy policy_;
  std::optional<StoreTime> deadline_;
};

}  // namespace

std::vector<Victim> choose_victims(std::span<const EvictionItem> items, const StoreLimits& limits,
                                   EvictionPolicy policy, StoreTime now) {
  if (limits.age && limits.age->count() < 0) {
    internal::fail(ErrorKind::usage, "an age limit of ", limits.age->count(), " ns: it must not be negative");
  }
  const Order order(items, limits, policy, now);
  std::vector<std::size_t> sorted(items.size());
  std::iota(sorted.begin(), sorted.end(), std::size_t{0});
  std::stable_sort(sorted.begin(), sorted.end(), order);

  unsigned __int128 bytes = 0;  // sizes may come from anywhere
  for (const EvictionItem& item : items) bytes += item.size;
  std::uint64_t left = items.size();

  std::vector<Victim> victims;
  for (const std::size_t item : sorted) {
    if (order.is_too_old(item)) {
      victims.push_back({item, EvictionReason::age});
    } else if (limits.bytes && bytes > *limits.bytes) {
      victims.push_back({item, EvictionReason::bytes});
    } else if (limits.items && left > *limits.items) {
      victims.push_back({item, EvictionReason::items});
    } else {
      break;
    }
    bytes -= items[item].size;
    --left;
  }
  return victims;
}

}  // namespace larder
