#include "store/local/index_changes.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "store/local/key_hash.h"
#include "store/local/limit_index_heap.h"
#include "store/seconds_per_byte.h"

namespace larder::internal {

namespace {

// Of IndexHeader::busy.
constexpr std::uint32_t idle = 0;
constexpr std::uint32_t changing = 1;
constexpr std::uint32_t relinking = 2;

constexpr std::uint32_t units_for(std::size_t length) {
  return static_cast<std::uint32_t>((length + name_unit - 1) / name_unit);
}
constexpr std::uint32_t longest_room = units_for(most_item_name);
// Rooms are multiples of this, so that the next item of a slot finds its name's length there as well.
constexpr std::uint32_t room_step = 4;
static_assert(longest_room % room_step == 0);

bool ordered_by_priority(const IndexFile& index) {
  return index.header().policy == static_cast<std::uint32_t>(EvictionPolicy::cheapest);
}

std::optional<double> cost_of(const IndexSlot& slot) {
  return std::isnan(slot.cost) ? std::nullopt : std::optional<double>(slot.cost);
}

// The bucket that names the item, or the empty one where it belongs.
std::uint32_t bucket_of(const IndexFile& index, std::uint64_t hash, std::string_view name) {
  auto place = static_cast<std::uint32_t>(hash) & (index.buckets() - 1);
  for (std::uint32_t tried = 0; tried < index.buckets(); ++tried) {
    const std::uint32_t entry = index.bucket(place);
    if (entry == 0) return place;
    const IndexSlot& slot = index.slot(entry - 1);
    if (slot.hash == hash && index.name_of(slot) == name) return place;
    place = (place + 1) & (index.buckets() - 1);
  }
  fail_index("its table is full");
}

// Closes the gap, so that who belongs before it and was put behind it is found.
void empty_bucket(const IndexFile& index, std::uint32_t gap) {
  const std::uint32_t mask = index.buckets() - 1;
  std::uint32_t place = gap;
  for (std::uint32_t tried = 0; tried < index.buckets(); ++tried) {
    place = (place + 1) & mask;
    const std::uint32_t entry = index.bucket(place);
    if (entry == 0) {
      index.bucket(gap) = 0;
      return;
    }
    const auto home = static_cast<std::uint32_t>(index.slot(entry - 1).hash) & mask;
    if (((place - home) & mask) >= ((place - gap) & mask)) {
      index.bucket(gap) = entry;
      gap = place;
    }
  }
  fail_index("its table is full");
}

void link_newest(const IndexFile& index, std::uint32_t number) {
  IndexHeader& header = index.header();
  IndexSlot& slot = index.slot(number);
  slot.older = header.newest;
  slot.newer = no_slot;
  (header.newest == no_slot ? header.oldest : index.slot(header.newest).newer) = number;
  header.newest = number;
}

void unlink(const IndexFile& index, std::uint32_t number) {
  IndexHeader& header = index.header();
  const IndexSlot& slot = index.slot(number);
  (slot.older == no_slot ? header.oldest : index.slot(slot.older).newer) = slot.newer;
  (slot.newer == no_slot ? header.newest : index.slot(slot.newer).older) = slot.older;
}

std::uint32_t take_slot(const IndexFile& index) {
  IndexHeader& header = index.header();
  if (header.free == no_slot) {
    if (header.slots >= index.capacity()) fail_index("it has no room that it should have");
    return header.slots++;
  }
  const std::uint32_t number = header.free;
  header.free = index.slot(number).newer;
  return number;
}

// A process that is killed between two of these steps leaves a slot without an item, whose room is not trusted.
void write_name(const IndexFile& index, IndexSlot& slot, std::string_view name) {
  IndexHeader& header = index.header();
  const std::uint32_t units = units_for(name.size());
  if (slot.name_room < units) {
    const std::uint32_t room = room_for(name);
    static_cast<void>(index.name_at(header.names_end, room));
    slot.name = header.names_end;
    slot.name_room = static_cast<std::uint16_t>(room);
    header.names_end += room;
  }
  std::memcpy(index.name_at(slot.name, units), name.data(), name.size());
  slot.name_length = static_cast<std::uint16_t>(name.size());
}

void add(const IndexFile& index, const IndexChange& change, std::uint64_t hash, std::uint32_t bucket) {
  IndexHeader& header = index.header();
  const std::uint32_t number = take_slot(index);
  IndexSlot& slot = index.slot(number);
  slot.sequence = 0;
  write_name(index, slot, change.item());
  slot.hash = hash;
  slot.size = change.size;
  slot.cost = change.cost;
  slot.accessed = change.accessed;
  slot.priority = change.inflation + seconds_per_byte(cost_of(slot), slot.size);
  keep_order();
  slot.sequence = change.sequence;
  keep_order();
  index.bucket(bucket) = number + 1;
  link_newest(index, number);
  if (ordered_by_priority(index)) heap_add(index, number);
  ++header.items;
  header.bytes += slot.size;
}

void use(const IndexFile& index, const IndexChange& change, std::uint32_t number) {
  IndexSlot& slot = index.slot(number);
  slot.sequence = change.sequence;
  slot.accessed = change.accessed;
  slot.priority = change.inflation + seconds_per_byte(cost_of(slot), slot.size);
  unlink(index, number);
  link_newest(index, number);
  if (ordered_by_priority(index)) heap_moved(index, number);
}

void remove(const IndexFile& index, std::uint32_t number, std::uint32_t bucket) {
  IndexHeader& header = index.header();
  IndexSlot& slot = index.slot(number);
  slot.sequence = 0;
  keep_order();
  empty_bucket(index, bucket);
  unlink(index, number);
  if (ordered_by_priority(index)) heap_remove(index, number);
  --header.items;
  header.bytes -= slot.size;
  slot.newer = header.free;
  header.free = number;
}

void apply(const IndexFile& index, const IndexChange& change) {
  IndexHeader& header = index.header();
  const std::uint64_t hash = hash_of_item(change.item());
  const std::uint32_t bucket = bucket_of(index, hash, change.item());
  const std::uint32_t entry = index.bucket(bucket);
  header.sequence = std::max(header.sequence, change.sequence);
  header.inflation = change.inflation;
  header.clock = change.clock;
  if (change.kind == IndexChange::Kind::remove) {
    if (entry != 0) remove(index, entry - 1, bucket);
  } else if (entry == 0) {
    if (change.kind == IndexChange::Kind::put) add(index, change, hash, bucket);
  } else {
    if (change.kind == IndexChange::Kind::put) {
      IndexSlot& slot = index.slot(entry - 1);
      header.bytes += change.size - slot.size;
      slot.size = change.size;
      slot.cost = change.cost;
    }
    use(index, change, entry - 1);
  }
}

void require_sense(const IndexFile& index, const IndexSlot& slot) {
  const bool has_its_name = units_for(slot.name_length) <= slot.name_room && slot.name_room <= longest_room;
  if (!has_its_name || hash_of_item(index.name_of(slot)) != slot.hash) fail_index("an item's name is not its own");
  static_cast<void>(index.name_at(slot.name, slot.name_room));
}

// The slots that hold an item; those without one become free, and what room names took behind the last one of an item.
std::vector<std::uint32_t> living_slots(const IndexFile& index) {
  IndexHeader& header = index.header();
  if (header.slots > index.capacity()) fail_index("it counts more slots than it has");
  std::vector<std::uint32_t> living;
  living.reserve(header.slots);
  header.free = no_slot;
  header.names_end = 0;
  for (std::uint32_t number = 0; number < header.slots; ++number) {
    IndexSlot& slot = index.slot(number);
    if (slot.sequence == 0) {
      slot.name_room = 0;
      slot.newer = header.free;
      header.free = number;
      continue;
    }
    require_sense(index, slot);
    header.names_end = std::max(header.names_end, slot.name + slot.name_room);
    living.push_back(number);
  }
  return living;
}

}  // namespace

std::uint32_t room_for(std::string_view name) {
  return (units_for(name.size()) + room_step - 1) / room_step * room_step;
}

std::uint64_t hash_of_item(std::string_view name) noexcept {
  // The high bits mixed into the low ones, which choose the bucket.
  std::uint64_t hash = key_hash(name);
  hash ^= hash >> 32;
  hash *= 0x9e3779b97f4a7c15;
  return hash ^ (hash >> 29);
}

std::uint32_t find_item(const IndexFile& index, std::string_view name) {
  const std::uint32_t entry = index.bucket(bucket_of(index, hash_of_item(name), name));
  return entry == 0 ? no_slot : entry - 1;
}

bool has_room(const IndexFile& index, std::uint32_t items) {
  const IndexHeader& header = index.header();
  return std::uint64_t{items} + header.items <= index.capacity() &&
         std::uint64_t{items} * longest_room + header.names_end <= index.name_units();
}

void make_change(const IndexFile& index, const IndexChange& change) {
  IndexHeader& header = index.header();
  std::memcpy(&header.change, &change, offsetof(IndexChange, name) + change.name_length);
  keep_order();
  header.busy = changing;
  keep_order();
  apply(index, change);
  keep_order();
  header.busy = idle;
}

void relink(const IndexFile& index) {
  IndexHeader& header = index.header();
  std::vector<std::uint32_t> living = living_slots(index);
  std::sort(living.begin(), living.end(),
            [&](std::uint32_t a, std::uint32_t b) { return index.slot(a).sequence < index.slot(b).sequence; });
  for (std::uint32_t place = 0; place < index.buckets(); ++place) index.bucket(place) = 0;
  header.items = living.size();
  header.bytes = 0;
  header.oldest = header.newest = no_slot;
  for (const std::uint32_t number : living) {
    const IndexSlot& slot = index.slot(number);
    std::uint32_t& bucket = index.bucket(bucket_of(index, slot.hash, index.name_of(slot)));
    if (bucket != 0) fail_index("an item is in it twice");
    bucket = number + 1;
    link_newest(index, number);
    header.bytes += slot.size;
    header.sequence = std::max(header.sequence, slot.sequence);
  }
  header.heap_size = 0;
  if (!ordered_by_priority(index)) return;
  std::uint32_t place = 0;
  for (const std::uint32_t number : living) index.heap(place++) = number;
  heap_all(index, place);
}

void append(const IndexFile& index, const IndexSlot& values, std::string_view name) {
  IndexSlot& slot = index.slot(take_slot(index));
  slot = values;
  slot.name_room = 0;
  write_name(index, slot, name);
  slot.hash = hash_of_item(name);
}

bool finish_change(const IndexFile& index) {
  IndexHeader& header = index.header();
  if (header.busy == idle) return false;
  relink(index);
  if (header.busy == changing) {
    const IndexChange change = header.change;
    if (change.name_length > most_item_name || change.kind > IndexChange::Kind::remove) {
      fail_index("what was being changed in it makes no sense");
    }
    apply(index, change);
  }
  keep_order();
  header.busy = idle;
  return true;
}

void set_policy(const IndexFile& index, EvictionPolicy policy) {
  IndexHeader& header = index.header();
  header.busy = relinking;
  keep_order();
  header.policy = static_cast<std::uint32_t>(policy);
  relink(index);
  keep_order();
  header.busy = idle;
}

std::vector<std::uint32_t> slots_in_order(const IndexFile& index) {
  std::vector<std::uint32_t> slots;
  for (std::uint32_t number = index.header().oldest; number != no_slot; number = index.slot(number).newer) {
    if (slots.size() == index.capacity()) fail_index("its list has no end");
    slots.push_back(number);
  }
  return slots;
}

}  // namespace larder::internal
