#include "store/local/limit_index.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "base/quantity.h"
#include "base/text.h"
#include "io/retried.h"
#include "store/local/index_changes.h"
#include "store/local/layout.h"
#include "store/local/limit_index_heap.h"
#include "store/local/limit_index_recovery.h"

namespace larder::internal {

namespace {

// How many puts may be between their next_victim and their put at once, and find room in the index for certain.
constexpr std::uint32_t puts_at_once = 32;

constexpr std::uint32_t limits_bytes = 1;
constexpr std::uint32_t limits_items = 2;
constexpr std::uint32_t limits_age = 4;

Descriptor open_lock(const Descriptor& home) {
  const std::string directory(layout::locks);
  const std::string name = join(directory, "/index");
  if (retried([&] { return ::mkdirat(home.number(), directory.c_str(), 0777); }) != 0 && errno != EEXIST) {
    fail_os(errno, "create", directory);
  }
  constexpr int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
  const int number = retried([&] { return ::openat(home.number(), name.c_str(), flags, 0666); });
  if (number < 0) fail_os(errno, "open", name);
  return Descriptor(number);
}

StoreLimits limits_in(const IndexHeader& header) {
  StoreLimits limits;
  if ((header.limited & limits_bytes) != 0) limits.bytes = header.most_bytes;
  if ((header.limited & limits_items) != 0) limits.items = header.most_items;
  if ((header.limited & limits_age) != 0) limits.age = std::chrono::nanoseconds(header.most_age);
  return limits;
}

EvictionPolicy policy_in(const IndexHeader& header) { return static_cast<EvictionPolicy>(header.policy); }

// Torn by a kill they are put right by the next opening, which does this again.
void set_limits(const IndexFile& index, const KeptLimits& kept) {
  IndexHeader& header = index.header();
  if (limits_in(header) != kept.limits) {
    header.limited = 0;
    keep_order();
    header.most_bytes = kept.limits.bytes.value_or(0);
    header.most_items = kept.limits.items.value_or(0);
    header.most_age = kept.limits.age.value_or(std::chrono::nanoseconds(0)).count();
    keep_order();
    header.limited = (kept.limits.bytes ? limits_bytes : 0) | (kept.limits.items ? limits_items : 0) |
                     (kept.limits.age ? limits_age : 0);
  }
  if (policy_in(header) != kept.policy) set_policy(index, kept.policy);
}

IndexedItem item_of(const IndexFile& index, const IndexSlot& slot) {
  return {std::string(index.name_of(slot)), slot.size,
          slot.cost == slot.cost ? std::optional<double>(slot.cost) : std::nullopt,
          StoreTime(std::chrono::nanoseconds(slot.accessed))};
}

void refuse_what_never_fits(const StoreLimits& limits, std::string_view item, std::uint64_t size) {
  if (limits.bytes && size > *limits.bytes) {
    fail(ErrorKind::limit, quoted(item), ": ", size_text(size), " are more than the ", size_text(*limits.bytes),
         " that the store holds at most");
  }
  if (limits.items && *limits.items == 0) fail(ErrorKind::limit, quoted(item), ": the store is limited to 0 items");
}

}  // namespace

LimitIndex::LimitIndex(OpenHome home, const StoreClock& clock, std::optional<StoreLimits> limits,
                       std::optional<EvictionPolicy> policy, Files files, bool* rebuilt)
    : home_(std::move(home)),
      clock_(clock),
      files_(std::move(files)),
      process_(::getpid()),
      lock_([this] { return open_lock(home_()); }, "the lock of the store's index") {
  const SharedLock::Holder held(lock_);
  const Descriptor directory = home_();
  if (limits || policy) {
    KeptLimits kept;
    if (!limits || !policy) kept = read_limits(directory).value_or(KeptLimits{});
    kept_ = KeptLimits{limits.value_or(kept.limits), policy.value_or(kept.policy)};
    write_limits(directory, *kept_);
  }
  refresh();
  if (rebuilt != nullptr) *rebuilt = rebuilt_;
}

LimitIndex::~LimitIndex() {
  if (process_ != ::getpid()) return;
  try {
    flush_touches();
  } catch (const std::exception&) {
    // They are lost, as those of a process that is killed are.
  }
}

// The lock is held.
void LimitIndex::open_file() {
  const Descriptor directory = home_();
  if (file_) kept_ = KeptLimits{limits_in(file_->header()), policy_in(file_->header())};
  if (auto found = read_limits(directory)) {
    kept_ = found;
  } else if (kept_) {
    write_limits(directory, *kept_);  // whoever removed .larder did not mean to lift the limits
  } else {
    kept_ = KeptLimits{};
  }
  file_ = IndexFile::open(directory, std::string(layout::index));
  if (!file_ || std::memcmp(file_->header().clock.boot, clock_.now({}).boot, sizeof(ClockState::boot)) != 0) {
    make_from_files();
  }
}

void LimitIndex::make_from_files() {
  const auto before = std::exchange(file_, std::nullopt);
  file_ = index_of_files(home_(), files_, clock_, before);
  rebuilt_ = before.has_value() || file_->header().items > 0;
  set_limits(*file_, *kept_);
}

// Makes file_ the index as all processes have it, with nothing left unfinished.
void LimitIndex::refresh() {
  const bool opened = !file_ || !file_->is_linked();
  if (opened) open_file();
  try {
    if (finish_change(*file_)) kept_ = read_limits(home_()).value_or(*kept_);
    if (file_->header().policy > static_cast<std::uint32_t>(EvictionPolicy::cheapest)) fail_index("its policy");
    if (opened) set_limits(*file_, *kept_);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
    make_from_files();
  }
}

template <class Work>
auto LimitIndex::locked(const Work& work) {
  const SharedLock::Holder held(lock_);
  refresh();
  try {
    take_over_touches();
    return work();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
  }
  make_from_files();
  return work();
}

void LimitIndex::keep_room(std::uint32_t items) {
  if (!has_room(*file_, items)) file_ = larger_index(home_(), *file_);
}

IndexChange LimitIndex::change_of(IndexChange::Kind kind, std::string_view name) const {
  const IndexHeader& header = file_->header();
  IndexChange change;
  change.kind = kind;
  change.sequence = header.sequence + 1;
  change.clock = clock_.now(header.clock);
  change.accessed = change.clock.store_ns;
  change.inflation = header.inflation;
  if (name.size() > most_item_name) fail(ErrorKind::usage, quoted(name), " is too long for an item");
  change.name_length = static_cast<std::uint32_t>(name.copy(change.name, most_item_name));
  return change;
}

void LimitIndex::put(const IndexedItem& item) {
  locked([&] {
    keep_room(1);
    IndexChange change = change_of(IndexChange::Kind::put, item.name);
    change.size = item.size;
    change.cost = item.cost ? static_cast<float>(*item.cost) : std::numeric_limits<float>::quiet_NaN();
    make_change(*file_, change);
  });
}

void LimitIndex::remove(std::string_view name) {
  locked([&] { make_change(*file_, change_of(IndexChange::Kind::remove, name)); });
}

void LimitIndex::evicted(const Choice& choice) {
  locked([&] {
    const std::uint32_t slot = find_item(*file_, choice.name);
    // Who put it anew meanwhile keeps it; no item has an empty name.
    const bool is_back = slot != no_slot && file_->slot(slot).sequence != choice.sequence;
    IndexChange change = change_of(IndexChange::Kind::remove, is_back ? "" : choice.name);
    const bool by_priority =
        policy_in(file_->header()) == EvictionPolicy::cheapest && choice.reason != EvictionReason::age;
    if (by_priority) change.inflation = std::max(change.inflation, choice.priority);
    make_change(*file_, change);
  });
}

void LimitIndex::touch(std::string_view name) {
  bool enough;
  {
    const std::lock_guard<std::mutex> held(touching_);
    const auto now = std::chrono::steady_clock::now();
    if (touches_ == 0) first_touch_ = now;
    // Beyond its end: another thread is about to take them over, and this one is among the least important.
    if (touches_ < most_touches) touched_[touches_++].assign(name);
    enough = touches_ == most_touches || now - first_touch_ >= std::chrono::seconds(1);
  }
  if (enough) flush_touches();
}

void LimitIndex::flush_touches() {
  {
    const std::lock_guard<std::mutex> held(touching_);
    if (touches_ == 0) return;
  }
  locked([] {});
}

// The lock is held. Items that are not there are passed over.
void LimitIndex::take_over_touches() {
  const std::lock_guard<std::mutex> held(touching_);
  const std::size_t touches = std::exchange(touches_, 0);
  for (std::size_t touch = 0; touch < touches; ++touch) {
    make_change(*file_, change_of(IndexChange::Kind::use, touched_[touch]));
  }
}

std::optional<StoreTime> LimitIndex::accessed(std::string_view name) {
  return locked([&]() -> std::optional<StoreTime> {
    const std::uint32_t slot = find_item(*file_, name);
    if (slot == no_slot) return std::nullopt;
    return StoreTime(std::chrono::nanoseconds(file_->slot(slot).accessed));
  });
}

std::uint32_t LimitIndex::first_by_use(std::uint32_t except) const {
  const std::uint32_t oldest = file_->header().oldest;
  return oldest != no_slot && oldest == except ? file_->slot(oldest).newer : oldest;
}

// `items` and `bytes`: what there will be.
std::optional<EvictionReason> LimitIndex::reason_to_evict(std::uint32_t oldest, std::uint64_t items,
                                                          std::uint64_t bytes) const {
  const StoreLimits limits = limits_in(file_->header());
  if (limits.age && oldest != no_slot &&
      clock_.now(file_->header().clock).store_ns - file_->slot(oldest).accessed >= limits.age->count()) {
    return EvictionReason::age;
  }
  if (limits.bytes && bytes > *limits.bytes) return EvictionReason::bytes;
  if (limits.items && items > *limits.items) return EvictionReason::items;
  return std::nullopt;
}

std::optional<LimitIndex::Choice> LimitIndex::next_victim(std::string_view item, std::uint64_t size) {
  return locked([&]() -> std::optional<Choice> {
    keep_room(puts_at_once);
    const IndexHeader& header = file_->header();
    std::uint32_t own = no_slot;
    std::uint64_t items = header.items;
    std::uint64_t bytes = header.bytes;
    if (!item.empty()) {
      refuse_what_never_fits(limits_in(header), item, size);
      own = find_item(*file_, item);
      bytes += size;
      if (own == no_slot) {
        ++items;
      } else {
        bytes -= file_->slot(own).size;
      }
    }
    const std::uint32_t oldest = first_by_use(own);
    const auto reason = reason_to_evict(oldest, items, bytes);
    if (!reason) return std::nullopt;
    const bool by_priority = policy_in(header) == EvictionPolicy::cheapest && *reason != EvictionReason::age;
    const std::uint32_t victim = by_priority ? heap_first(*file_, own) : oldest;
    if (victim == no_slot) fail_index("it counts items that it does not have");
    const IndexSlot& slot = file_->slot(victim);
    return Choice{std::string(file_->name_of(slot)), slot.size, *reason, slot.sequence, slot.priority};
  });
}

bool LimitIndex::used_since(const Choice& choice) {
  return locked([&] {
    const std::uint32_t slot = find_item(*file_, choice.name);
    return slot == no_slot || file_->slot(slot).sequence != choice.sequence;
  });
}

StoreLimits LimitIndex::limits() {
  return locked([&] { return limits_in(file_->header()); });
}

EvictionPolicy LimitIndex::policy() {
  return locked([&] { return policy_in(file_->header()); });
}

std::uint64_t LimitIndex::items() {
  return locked([&] { return file_->header().items; });
}

std::uint64_t LimitIndex::bytes() {
  return locked([&] { return file_->header().bytes; });
}

StoreTime LimitIndex::now() {
  return locked([&] { return StoreTime(std::chrono::nanoseconds(clock_.now(file_->header().clock).store_ns)); });
}

std::vector<IndexedItem> LimitIndex::in_order() {
  return locked([&] {
    std::vector<IndexedItem> items;
    for (const std::uint32_t slot : slots_in_order(*file_)) items.push_back(item_of(*file_, file_->slot(slot)));
    return items;
  });
}

std::uint64_t LimitIndex::rebuild() {
  return locked([&] {
    make_from_files();
    return file_->header().items;
  });
}

}  // namespace larder::internal
