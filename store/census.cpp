#include <algorithm>
#include <string>
#include <string_view>

#include <larder/joblib_memory.h>
#include <larder/store_report.h>

#include "base/checked.h"
#include "store/gathered_item.h"
#include "store/key.h"
#include "store/verifying.h"

namespace larder {

namespace {

constexpr std::size_t most_prefixes = 1000;

void add(std::uint64_t& total, std::uint64_t bytes) {
  total = internal::checked_add(total, bytes).value_or(UINT64_MAX);
}

// Counts keys in the order in which a store lists them.
class Counting {
 public:
  Counting(Census& census, bool checksums) : census_(census), checksums_(checksums) {}

  void add_key(const Entry& entry) {
    ++census_.keys;
    if (begins_item(entry.key)) ++census_.items;
    if (!entry.stat) return;
    const Stat& stat = *entry.stat;
    add(census_.bytes, stat.size);
    add_prefix(entry.key, stat.size);
    if (checksums_ && !internal::can_verify(stat))
      ++(stat.etag.empty() ? census_.unknown_checksum : census_.without_checksum);
    const StoreTime used = stat.accessed.value_or(stat.modified);
    census_.least_recent = std::min(census_.least_recent.value_or(used), used);
    census_.most_recent = std::max(census_.most_recent.value_or(used), used);
  }

 private:
  // The keys of a directory that is one item are listed one behind the other. The metadata beside a value is no item of
  // its own, and a function's code none at all.
  bool begins_item(const std::string& key) {
    std::string item = item_name(key);
    if (item == key) return !internal::stays(key);
    if (!key.starts_with(item + '/') || item == directory_) return false;
    directory_ = std::move(item);
    return true;
  }

  void add_prefix(std::string_view key, std::uint64_t bytes) {
    auto& prefixes = census_.bytes_by_prefix;
    const std::string first(internal::parts_of(key).front());
    const auto at = prefixes.find(first);
    if (at != prefixes.end())
      add(at->second, bytes);
    else if (prefixes.size() < most_prefixes)
      prefixes.emplace(first, bytes);
  }

  Census& census_;
  bool checksums_;
  std::string directory_;
};

void add_records(Census& census, StoreRecords& records) {
  for (const SetAside& value : records.set_aside_values()) {
    ++census.set_aside;
    add(census.set_aside_bytes, value.size);
  }
  census.foreign = records.count_foreign();
  census.limits = records.limits();
  census.policy = records.policy();
}

}  // namespace

Census take_census(Store& store) {
  Census census;
  Counting counting(census, store.capabilities().checksums);
  const auto listing = store.list({.details = true, .only_sizes = true});
  for (auto page = listing->next(); !page.empty(); page = listing->next())
    for (const Entry& entry : page) counting.add_key(entry);
  if (StoreRecords* const records = store.records()) add_records(census, *records);
  return census;
}

}  // namespace larder
