#include "store/local/limit_index_recovery.h"

#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "base/text.h"
#include "io/retried.h"

#include "store/local/index_changes.h"
#include "store/local/layout.h"
#include "store/seconds_per_byte.h"

namespace larder::internal {

namespace {

constexpr std::uint64_t fewest_slots = 256;
constexpr std::uint64_t fewest_units = 8192;

// A new index under another name; `fill` gets it, and then it takes the index's name. Not synced: after a power cut it
// is made from the files anyway.
template <class Fill>
IndexFile replacement(const Descriptor& home, std::uint64_t items, std::uint64_t units, const Fill& fill) {
  const std::string name(layout::index);
  const std::string unfinished = name + ".new";
  try {
    IndexFile made = IndexFile::create(home, unfinished, items + std::max(items, fewest_slots),
                                       units + std::max(units, fewest_units));
    fill(made);
    relink(made);
    const int directory = home.number();
    if (retried([&] { return ::renameat(directory, unfinished.c_str(), directory, name.c_str()); }) != 0) {
      fail_os(errno, "rename", "the store's index");
    }
    return made;
  } catch (...) {
    // Where it cannot be removed now, the next one does it.
    static_cast<void>(::unlinkat(home.number(), unfinished.c_str(), 0));
    throw;
  }
}

// What an old index knows of items, by name. Nothing in it is trusted but names that have their own hash.
class Memory {
 public:
  explicit Memory(const std::optional<IndexFile>& index) : index_(index) {
    if (!index) return;
    const std::uint32_t slots = std::min(index->header().slots, index->capacity());
    for (std::uint32_t number = 0; number < slots; ++number) {
      const IndexSlot& slot = index->slot(number);
      if (slot.sequence != 0 && is_whole(slot)) by_hash_.emplace(slot.hash, number);
    }
  }

  const IndexSlot* find(std::string_view name) const {
    const auto [begin, end] = by_hash_.equal_range(hash_of_item(name));
    for (auto found = begin; found != end; ++found) {
      const IndexSlot& slot = index_->slot(found->second);
      if (index_->name_of(slot) == name) return &slot;
    }
    return nullptr;
  }

 private:
  bool is_whole(const IndexSlot& slot) const {
    const std::uint64_t end = std::uint64_t{slot.name} * name_unit + slot.name_length;
    return slot.name_length <= most_item_name && end <= std::uint64_t{index_->name_units()} * name_unit &&
           hash_of_item(index_->name_of(slot)) == slot.hash;
  }

  const std::optional<IndexFile>& index_;
  std::unordered_multimap<std::uint64_t, std::uint32_t> by_hash_;
};

struct Remembered {
  std::string name;
  IndexSlot slot{};
};

// When the item was used, in the store's time: as the old index has it, else by the files, whose times are the
// system's. Never later than now.
std::int64_t used_at(const IndexedItem& item, const IndexSlot* known, const ClockState& now) {
  if (known != nullptr) return std::clamp<std::int64_t>(known->accessed, 0, now.store_ns);
  if (!item.accessed) return now.store_ns;
  const std::int64_t wall = item.accessed->time_since_epoch().count();
  std::int64_t ago = 0;
  if (wall >= now.wall_ns || __builtin_sub_overflow(now.wall_ns, wall, &ago)) return now.store_ns;
  return std::max<std::int64_t>(now.store_ns - ago, 0);
}

Remembered remembered(const IndexedItem& item, const IndexSlot* known, const ClockState& now) {
  Remembered one{item.name};
  one.slot.size = item.size;
  one.slot.cost = item.cost ? static_cast<float>(*item.cost)
                            : (known != nullptr ? known->cost : std::numeric_limits<float>::quiet_NaN());
  one.slot.sequence = known != nullptr ? known->sequence : 0;
  one.slot.accessed = used_at(item, known, now);
  one.slot.priority =
      seconds_per_byte(std::isnan(one.slot.cost) ? std::nullopt : std::optional<double>(one.slot.cost), item.size);
  return one;
}

ClockState clock_after(const StoreClock& clock, const std::optional<IndexFile>& old) {
  return clock.now(old ? old->header().clock : ClockState{});
}

}  // namespace

IndexFile larger_index(const Descriptor& home, const IndexFile& old) {
  const std::vector<std::uint32_t> slots = slots_in_order(old);
  std::uint64_t units = 0;
  for (const std::uint32_t number : slots) units += room_for(old.name_of(old.slot(number)));
  return replacement(home, slots.size(), units, [&](const IndexFile& made) {
    for (const std::uint32_t number : slots) append(made, old.slot(number), old.name_of(old.slot(number)));
    IndexHeader& header = made.header();
    const IndexHeader& before = old.header();
    header.policy = before.policy;
    header.sequence = before.sequence;
    header.inflation = before.inflation;
    header.limited = before.limited;
    header.most_bytes = before.most_bytes;
    header.most_items = before.most_items;
    header.most_age = before.most_age;
    header.clock = before.clock;
  });
}

IndexFile index_of_files(const Descriptor& home, const LimitIndex::Files& files, const StoreClock& clock,
                         const std::optional<IndexFile>& old) {
  const Memory memory(old);
  const ClockState now = clock_after(clock, old);
  std::vector<Remembered> items;
  std::uint64_t units = 0;
  files([&](const IndexedItem& item) {
    items.push_back(remembered(item, memory.find(item.name), now));
    units += room_for(item.name);
  });
  std::stable_sort(items.begin(), items.end(), [](const Remembered& a, const Remembered& b) {
    if (a.slot.accessed != b.slot.accessed) return a.slot.accessed < b.slot.accessed;
    return a.slot.sequence < b.slot.sequence;
  });
  return replacement(home, items.size(), units, [&](const IndexFile& made) {
    std::uint64_t sequence = 0;
    for (Remembered& item : items) {
      item.slot.sequence = ++sequence;
      append(made, item.slot, item.name);
    }
    made.header().sequence = sequence;
    made.header().clock = now;
  });
}

}  // namespace larder::internal
