#include <chrono>
#include <map>
#include <string>
#include <utility>

#include <larder/eviction.h>
#include <larder/joblib_memory.h>
#include <larder/store_report.h>

#include "base/text.h"
#include "store/gathered_item.h"

namespace larder {

using internal::GatheredItem;

namespace {

// Calls `hear` for each key with this prefix that eviction may take.
template <class Hear>
void for_each_key(Store& store, const std::string& prefix, bool only_sizes, const Hear& hear) {
  const auto listing = store.list({.prefix = prefix, .details = true, .only_sizes = only_sizes});
  for (std::vector<Entry> page = listing->next(); !page.empty(); page = listing->next()) {
    for (const Entry& entry : page) {
      if (entry.stat && !internal::stays(entry.key)) hear(entry.key, *entry.stat);
    }
  }
}

// In the order in which the store lists them.
std::vector<EvictionItem> items_of(Store& store, EvictionPolicy policy) {
  std::vector<GatheredItem> gathered;
  std::map<std::string, std::size_t, std::less<>> places;
  const bool only_sizes = policy == EvictionPolicy::least_recent;  // else costs are needed as well
  for_each_key(store, "", only_sizes, [&](const std::string& key, const Stat& stat) {
    const auto [place, is_new] = places.emplace(item_name(key), gathered.size());
    if (is_new) gathered.emplace_back(place->first);
    gathered[place->second].add(key, stat);
  });
  std::vector<EvictionItem> items;
  items.reserve(gathered.size());
  for (const GatheredItem& one : gathered) items.push_back(one.item());
  return items;
}

// Key by key, for stores that cannot do better. False where it was used since it was listed, or is gone.
bool remove_item(Store& store, const EvictionItem& item) {
  GatheredItem present(item.name);
  std::vector<std::string> keys;
  for_each_key(store, item.name, true, [&](const std::string& key, const Stat& stat) {
    if (item_name(key) != item.name) return;
    const bool had_value = present.has_value();
    present.add(key, stat);
    // The value goes first, so that whoever sees it sees all that belongs to it.
    keys.insert(present.has_value() && !had_value ? keys.begin() : keys.end(), key);
  });
  if (present.item().accessed > item.accessed) return false;
  bool went = false;
  for (const std::string& key : keys) went = store.remove(key) || went;
  return went;
}

}  // namespace

std::vector<Evicted> evict(Store& store, const StoreLimits& limits, EvictionPolicy policy,
                           const std::function<void(const Evicted&)>& hear) {
  StoreRecords* const records = store.records();
  if (records != nullptr) records->sweep();
  const std::vector<EvictionItem> items = items_of(store, policy);
  const StoreTime now = records != nullptr ? records->now() : std::chrono::system_clock::now();
  std::vector<Evicted> evicted;
  for (const auto [place, reason] : choose_victims(items, limits, policy, now)) {
    const EvictionItem& item = items[place];
    const bool went = records != nullptr ? records->evict(item, reason) : remove_item(store, item);
    if (!went) continue;
    evicted.push_back({item.name, item.size, reason});
    if (hear) hear(evicted.back());
  }
  return evicted;
}

}  // namespace larder
