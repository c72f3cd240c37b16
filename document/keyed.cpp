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

std::size_t home(const Keyed& keyed, std::uint32_t hash) { return hash & (keyed.cells - 1); }

void place(Keyed& keyed, std::uint32_t hash, std::size_t entry) {
  std::size_t at = home(keyed, hash);
  while (keyed.index[at].entry != 0) at = (at + 1) & (keyed.cells - 1);
  keyed.index[at] = {hash, static_cast<std::uint32_t>(entry + 1)};
}

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

// Makes the index large enough for `entries`, where so many need one; what is settled is in it.
void reserve_index(Arena& arena, Keyed& keyed, std::size_t entries) {
  if (entries <= few || entries + entries / 2 <= keyed.cells) return;
  Keyed larger = keyed;
  larger.cells = std::bit_ceil(entries + entries / 2);
  larger.index = arena.make_zeroed<Cell>(larger.cells);
  for (const Cell cell : std::span(keyed.index, keyed.cells)) {
    if (cell.entry != 0) place(larger, cell.hash, cell.entry - 1);
  }
  if (keyed.index == nullptr) {
    for (std::size_t i = 0; i < keyed.settled; ++i)
      place(larger, static_cast<std::uint32_t>(hash_key(*slot(keyed, i))), i);
  }
  arena.drop_array(std::exchange(keyed.index, larger.index));
  keyed.cells = larger.cells;
}

// The cell of the settled entry with an equal key, or the free one where it belongs.
inline Cell& cell_for(const Keyed& keyed, Value key, std::uint32_t hash) {
  for (std::size_t at = home(keyed, hash);; at = (at + 1) & (keyed.cells - 1)) {
    Cell& cell = keyed.index[at];
    if (cell.entry == 0 || (cell.hash == hash && equal_keys(*slot(keyed, cell.entry - 1), key))) return cell;
  }
}

// Where there is no index: the settled entry with an equal key, or their number.
std::size_t search(const Keyed& keyed, Value key) {
  for (std::size_t i = 0; i < keyed.settled; ++i) {
    if (equal_keys(*slot(keyed, i), key)) return i;
  }
  return keyed.settled;
}

// The settled entry with an equal key, or their number where there is none; the index has a cell for it afterwards.
inline std::size_t claim(Keyed& keyed, Value key, std::uint32_t hash) {
  if (keyed.index == nullptr) return search(keyed, key);
  Cell& cell = cell_for(keyed, key, hash);
  if (cell.entry == 0) cell = {hash, static_cast<std::uint32_t>(keyed.settled + 1)};
  return cell.entry - 1;
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
    for (std::size_t i = 0; i < count; ++i) {
      hashes_[i] = static_cast<std::uint32_t>(hash_key(*slot(keyed_, next_ + i)));
      __builtin_prefetch(keyed_.index + home(keyed_, hashes_[i]), 1);
    }
  }

  void settle(std::uint32_t hash) {
    const Value* const from = slot(keyed_, next_);
    const std::size_t entry = claim(keyed_, from[0], hash);
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
  const auto hash = static_cast<std::uint32_t>(hash_key(key));
  // A free cell has the entry -1, which is out of range.
  const std::size_t entry =
      keyed.index == nullptr ? search(keyed, key) : cell_for(keyed, key, hash).entry - std::size_t{1};
  return entry < keyed.settled ? std::optional(entry) : std::nullopt;
}

void insert_entry(Arena& arena, Keyed& keyed, Value key, Value value) {
  const std::uint64_t hash = hash_key(key);
  reserve_slots(arena, keyed, 1);
  reserve_index(arena, keyed, keyed.size + 1);
  const std::size_t entry = claim(keyed, key, static_cast<std::uint32_t>(hash));
  Value* const place = slot(keyed, entry);
  if (keyed.stride == 2) place[1] = value;
  if (entry != keyed.size) return;
  place[0] = key;
  ++keyed.size;
  ++keyed.settled;
  keyed.content_hash += spread(hash);
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
