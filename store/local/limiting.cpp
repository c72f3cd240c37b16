#include "store/local/limiting.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/quantity.h"
#include "base/text.h"
#include "io/retried.h"
#include "store/gathered_item.h"
#include "store/local/home.h"
#include "store/local/layout.h"
#include "store/local/publishing.h"
#include "store/local/walk.h"

namespace larder::internal {

namespace {

Event event_of(EvictionReason reason) {
  switch (reason) {
    case EvictionReason::bytes:
      return Event::evicted_bytes;
    case EvictionReason::items:
      return Event::evicted_items;
    case EvictionReason::age:
      break;
  }
  return Event::evicted_age;
}

std::string details_of(const LimitIndex::Choice& choice, const StoreLimits& limits) {
  std::string text = size_text(choice.size);
  if (choice.reason == EvictionReason::bytes && limits.bytes) text += join(", the limit is ", size_text(*limits.bytes));
  if (choice.reason == EvictionReason::items && limits.items) text += join(", the limit is ", *limits.items, " items");
  if (choice.reason == EvictionReason::age && limits.age) {
    text += join(", the limit is ", seconds_text(std::chrono::duration<double>(*limits.age).count()));
  }
  return text;
}

// Of whatever another tool left: what the index has of it is put right.
void reconcile(Home& home, const std::string& item) {
  const SharedLock::Holder held(home.publish_lock(item));
  home.limiting().tell(item);
}

}  // namespace

bool Limiting::has_limits() const {
  const std::string path = join(layout::home, '/', layout::limits);
  const int root = directories_.root().number();
  if (retried([&] { return ::faccessat(root, path.c_str(), F_OK, AT_SYMLINK_NOFOLLOW); }) == 0) return true;
  if (errno == ENOENT) return false;
  fail_os(errno, "inspect the limits of", directories_.name());
}

std::unique_ptr<LimitIndex> Limiting::make(std::optional<StoreLimits> limits, std::optional<EvictionPolicy> policy,
                                           bool* rebuilt) const {
  return std::make_unique<LimitIndex>(
      [this] { return directories_.make(std::string(layout::home), Sync::none); }, clock_, limits, policy,
      [this](const std::function<void(const IndexedItem&)>& hear) { for_each_item(directories_, hear); }, rebuilt);
}

bool Limiting::open(const LocalOptions& options) {
  const bool given = (options.limits && !options.limits->unlimited()) || options.policy;
  if (!given && !has_limits()) return false;
  bool rebuilt = false;
  Opened& opened = opened_.get();
  const std::lock_guard held(opened.mutex);
  opened.index = make(options.limits, options.policy, &rebuilt);
  return rebuilt;
}

LimitIndex* Limiting::known_index() {
  Opened& opened = opened_.get();
  const std::lock_guard held(opened.mutex);
  return opened.index.get();
}

LimitIndex* Limiting::index() {
  Opened& opened = opened_.get();
  const std::lock_guard held(opened.mutex);
  if (!opened.index && has_limits()) opened.index = make({}, {}, nullptr);
  if (opened.index && is_behind_.exchange(false)) {
    try {
      opened.index->rebuild();
    } catch (...) {
      is_behind_ = true;
      throw;
    }
  }
  return opened.index.get();
}

void Limiting::tell(const std::function<void()>& work) noexcept {
  try {
    work();
  } catch (const std::exception&) {
    is_behind_ = true;
  }
}

void Limiting::tell(const std::string& item) noexcept {
  tell([&] {
    LimitIndex* const known = known_index();
    if (known == nullptr || stays(item)) return;
    if (const auto found = look_at_item(directories_, item)) {
      known->put(*found);
    } else {
      known->remove(item);
    }
  });
}

BeingChanged::BeingChanged(Home& home, const std::string& item) {
  if (home.limiting().known_index() == nullptr || stays(item)) return;
  session_ = home.session();
  mark_.emplace(*session_, item);
}

bool evict_item(Home& home, const std::string& item, EvictionReason reason, std::string_view details,
                const std::function<bool()>& unless) {
  const BeingChanged mark(home, item);
  bool is_used = false;
  const bool value_went = discard_item(
      home, item, [&] { return is_used = unless(); }, [&] { home.limiting().tell(item); });
  if (is_used) return false;
  const bool metadata_went = remove_value(home, join(item, metadata_ending));
  if (!value_went && !metadata_went) return false;
  home.history().add(event_of(reason), item, details);
  return true;
}

void make_room(Home& home, const std::string& item, std::uint64_t size,
               const std::function<void(const Evicted&)>& hear) {
  LimitIndex* const index = home.limiting().index();
  if (index == nullptr || stays(item)) return;
  while (const auto choice = index->next_victim(item, size)) {
    bool is_used = false;
    const auto used_since = [&] { return is_used = index->used_since(*choice); };
    const bool went = evict_item(home, choice->name, choice->reason, details_of(*choice, index->limits()), used_since);
    if (went) {
      index->evicted(*choice);
      if (hear) hear({choice->name, choice->size, choice->reason});
    } else if (!is_used) {
      reconcile(home, choice->name);
      if (index->accessed(choice->name)) fail(ErrorKind::io, "cannot evict ", home.directories().name_of(choice->name));
    }
  }
}

std::uint64_t size_with(Home& home, const std::string& item, const std::string& key, std::uint64_t size) {
  const auto present = look_at_item(home.directories(), item);
  if (!present) return size;
  const auto replaced = home.directories().open_value(key);
  const auto freed = replaced ? static_cast<std::uint64_t>(replaced->status.st_size) : 0;
  return present->size - std::min(present->size, freed) + size;
}

}  // namespace larder::internal
