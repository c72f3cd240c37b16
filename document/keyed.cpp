#include "document/keyed.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <mutex>
#include <utility>

#include "base/text.h"
#include "document/keys.h"

namespace larder::internal {

namespace {

constexpr std::size_t few = 8;                              // entries that are searched one by one
constexpr std::size_t most_entries = std::size_t{1} << 31;  // cells count them in 32 bits, and keep 32 bits of a hash
constexpr std::size_t batch = 64;                           // keys whose cells are fetched at the same time

Value* slot(const Keyed& keyed, std::size_t entry) { return keyed.slots + entry * keyed.stride; }

// The index is open addressing on 32 bits of the hash. Its low bits say where in the index an entry's cell is, or the
// first cell to look at; a cell holds the high bits, and in place of the low ones the entry's number from 1 on. 0 is
// free.
class Index {
 public:
  explicit Index(const Keyed& keyed) : cells_(keyed.index), mask_(static_cast<std::uint32_t>(keyed.cells - 1)) {}

  std::uint32_t* home(std::uint32_t hash) const { return cells_ + (hash & mask_); }

  // The first cell for this hash that is free, or whose entry fits.
  template <class Fits>
  std::uint32_t* find(std::uint32_t hash, Fits fits) const {
    for (std::uint32_t at = hash & mask_;; at = (at + 1) & mask_) {
      const std::uint32_t cell = cells_[at];
      if (cell == 0 || (((cell ^ hash) & ~mask_) == 0 && fits(entry(cell)))) return cells_ + at;
    }
  }

  std::size_t entry(std::uint32_t cell) const { return (cell & mask_) - std::size_t{1}; }
  std::uint32_t cell(std::uint32_t hash, std::size_t entry) const {
    return (hash & ~mask_) | static_cast<std::uint32_t>(entry + 1);
  }

 private:
  std::uint32_t* cells_;
  std::uint32_t mask_;
};

// Makes room for more entries at the end.
void reserve_slots(Arena& arena, Keyed& keyed, std::size_t more) {
  if (more > most_entries - keyed.size) fail(ErrorKind::limit, "a dict or set of more than 2^31 entries");
  if (more <= keyed.capacity - keyed.size) return;
  // A first batch gets exactly its room, for most dicts are never added to again.
  const std::size_t least = keyed.capacity == 0 ? 0 : std::max<std::size_t>(4, keyed.capacity * 2);
  const std::size_t wanted = std::max(keyed.size + more, least);
  keyed.slots = arena.grow_array(keyed.slots, keyed.capacity * keyed.stride, wanted * keyed.stride);
  keyed.capacity = wanted;
}

// Gives each settled entry its cell in an index without any.
void fill_index(const Keyed& keyed) {
  const Index index(keyed);
  for (std::size_t i = 0; i < keyed.settled; ++i) {
    const auto hash = static_cast<std::uint32_t>(hash_key(*slot(keyed, i)));
    *index.find(hash, [](std::size_t) { return false; }) = index.cell(hash, i);
  }
}

// Makes the index large enough for `entries`, where so many need one; what is settled is in it.
void reserve_index(Arena& arena, Keyed& keyed, std::size_t entries) {
  if (entries <= few || entries + entries / 2 <= keyed.cells) return;
  Keyed larger = keyed;
  larger.cells = std::bit_ceil(entries + entries / 2);
  larger.index = arena.make_zeroed<std::uint32_t>(larger.cells);
  fill_index(larger);
  arena.drop_array(std::exchange(keyed.index, larger.index));
  keyed.cells = larger.cells;
}

// The settled entry with an equal key, or their number where there is none. The hash counts only where there is an
// index; that gets a cell for the key if `claims`, and the key is new.
inline std::size_t locate(const Keyed& keyed, Value key, std::uint32_t hash, bool claims) {
  const auto fits = [&](std::size_t entry) { return equal_keys(*slot(keyed, entry), key); };
  if (keyed.index == nullptr) {
    std::size_t entry = 0;
    while (entry != keyed.settled && !fits(entry)) ++entry;
    return entry;
  }
  const Index index(keyed);
  std::uint32_t* const cell = index.find(hash, fits);
  if (*cell != 0) return index.entry(*cell);
  if (claims) *cell = index.cell(hash, keyed.settled);
  return keyed.settled;
}

// Settles the entries from `keyed.settled` on, in place.
class Settling {
 public:
  explicit Settling(Keyed& keyed) : keyed_(keyed), next_(keyed.settled) {}
  // Whatever happened: what is not settled yet follows what is.
  ~Settling() {
    std::copy(slot(keyed_, next_), slot(keyed_, keyed_.size), slot(keyed_, keyed_.settled));
    keyed_.size -= next_ - keyed_.settled;
  }
  Settling(const Settling&) = delete;
  Settling& operator=(const Settling&) = delete;

  void run() {
    while (next_ != keyed_.size) {
      const std::size_t count = std::min(batch, keyed_.size - next_);
      if (keyed_.index != nullptr) fetch(count);
      for (std::size_t i = 0; i < count; ++i) settle(hashes_[i]);
    }
  }

 private:
  // Hashes the next keys and has their cells fetched while the others are hashed: most of the time goes into waiting
  // for memory.
  void fetch(std::size_t count) {
    const Index index(keyed_);
    for (std::size_t i = 0; i < count; ++i) {
      hashes_[i] = static_cast<std::uint32_t>(hash_key(*slot(keyed_, next_ + i)));
      __builtin_prefetch(index.home(hashes_[i]), 1);
    }
  }

  void settle(std::uint32_t hash) {
    const Value* const from = slot(keyed_, next_);
    const std::size_t entry = locate(keyed_, from[0], hash, true);
    if (entry != keyed_.settled) {
      slot(keyed_, entry)[1] = from[1];
    } else {
      if (entry != next_) std::copy_n(from, 2, slot(keyed_, entry));
      ++keyed_.settled;
    }
    ++next_;
  }

  Keyed& keyed_;
  std::size_t next_;
  std::array<std::uint32_t, batch> hashes_{};
};

}  // namespace

void settle(Keyed& keyed) {
  const std::atomic_ref unsettled(keyed.unsettled_in);
  Arena* const arena = unsettled.load(std::memory_order_acquire);
  if (arena == nullptr) return;
  const std::lock_guard lock(arena->readers());
  if (unsettled.load(std::memory_order_relaxed) == nullptr) return;
  reserve_index(*arena, keyed, keyed.size);
  Settling(keyed).run();
  unsettled.store(nullptr, std::memory_order_release);
}

std::optional<std::size_t> find_entry(const Keyed& keyed, Value key) {
  const std::size_t entry = locate(keyed, key, static_cast<std::uint32_t>(hash_key(key)), false);
  return entry == keyed.settled ? std::nullopt : std::optional(entry);
}

void insert_entry(Arena& arena, Keyed& keyed, Value key, Value value) {
  const std::uint64_t hash = hash_key(key);
  reserve_slots(arena, keyed, 1);
  reserve_index(arena, keyed, keyed.size + 1);
  const std::size_t entry = locate(keyed, key, static_cast<std::uint32_t>(hash), true);
  Value* const place = slot(keyed, entry);
  if (keyed.stride == 2) place[1] = value;
  if (entry != keyed.size) return;
  place[0] = key;
  ++keyed.size;
  ++keyed.settled;
  keyed.content_hash += spread(hash);
}

bool erase_entry(Keyed& keyed, Value key) {
  const auto entry = find_entry(keyed, key);
  if (!entry) return false;
  std::copy(slot(keyed, *entry + 1), slot(keyed, keyed.size), slot(keyed, *entry));
  --keyed.size;
  --keyed.settled;
  if (keyed.index != nullptr) {
    std::fill_n(keyed.index, keyed.cells, 0);  // the cells name entries by their number
    fill_index(keyed);
  }
  return true;
}

void append_entries(Arena& arena, Value dict, std::span<const Value> pairs) {
  for (std::size_t i = 0; i < pairs.size(); i += 2) require_hashable(pairs[i]);
  Keyed& keyed = Access::unsettled(dict);
  reserve_slots(arena, keyed, pairs.size() / 2);
  std::ranges::copy(pairs, slot(keyed, keyed.size));
  keyed.size += pairs.size() / 2;
  if (!pairs.empty()) keyed.unsettled_in = &arena;
}

}  // namespace larder::internal
