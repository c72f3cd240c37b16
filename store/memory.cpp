// MemoryStore: values in a map.
#include <algorithm>
#include <map>
#include <mutex>

#include <larder/joblib_memory.h>
#include <larder/reader.h>
#include <larder/store_report.h>

#include "base/checksum.h"
#include "base/text.h"
#include "store/gathered_item.h"
#include "store/schemes.h"

namespace larder {

using internal::fail;
using internal::join;

namespace {

constexpr std::uint64_t most_to_reserve = 64 * 1024 * 1024;  // ahead of the bytes

struct Value {
  std::shared_ptr<const std::vector<std::byte>> bytes;
  Stat stat;
};

// A value that was found damaged.
struct Aside {
  Value value;
  SetAside about;
};

// Shared with Listings, which may outlive the store. Everything under the mutex.
struct Values {
  std::mutex mutex;
  std::map<std::string, Value, std::less<>> by_key;
  std::vector<Aside> aside;
  std::uint64_t puts = 0;
  std::uint64_t times_aside = 0;
  StoreTime last{};

  // Later than any time before, whatever the clock does: accesses have an order.
  StoreTime now() {
    const StoreTime clock = std::chrono::system_clock::now();
    last = std::max(clock, last + std::chrono::nanoseconds(1));
    return last;
  }
};

void require_condition(const Values& values, const std::string& key, const PutOptions& options,
                       const std::string& name) {
  const auto at = values.by_key.find(key);
  const bool exists = at != values.by_key.end();
  if (options.condition == Condition::absent && exists) fail(ErrorKind::conflict, name, ": the key is there already");
  if (options.condition == Condition::match && !exists) fail(ErrorKind::conflict, name, ": the key is gone");
  if (options.condition == Condition::match && at->second.stat.etag != options.etag)
    fail(ErrorKind::conflict, name, ": another value was put meanwhile");
}

class ValueWriter final : public Writer {
 public:
  ValueWriter(std::shared_ptr<Values> values, std::string key, PutOptions options, std::string name)
      : Writer(0, 0),
        values_(std::move(values)),
        key_(std::move(key)),
        options_(std::move(options)),
        name_(std::move(name)) {
    bytes_.reserve(static_cast<std::size_t>(std::min(options_.size.value_or(0), most_to_reserve)));
  }

 private:
  void do_write(Bytes bytes) override { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }

  void do_finish() override {
    Stat stat;
    stat.size = bytes_.size();
    if (internal::has_xxh3()) stat.xxh3 = internal::xxh3(bytes_);
    stat.cost = options_.cost;
    stat.metadata = options_.metadata;
    Value value{std::make_shared<std::vector<std::byte>>(std::move(bytes_)), std::move(stat)};

    const std::lock_guard lock(values_->mutex);
    require_condition(*values_, key_, options_, name_);
    value.stat.modified = values_->now();
    value.stat.accessed = value.stat.modified;
    value.stat.etag = join("m", ++values_->puts);
    const Stat published = value.stat;
    values_->by_key[key_] = std::move(value);
    if (options_.published != nullptr) *options_.published = published;
  }

  std::string do_name() const override { return name_; }

  std::shared_ptr<Values> values_;
  std::string key_;
  PutOptions options_;
  std::string name_;
  std::vector<std::byte> bytes_;
};

// Goes on behind the last key that it gave, so that it needs no copy of the keys.
class KeyListing final : public Listing {
 public:
  KeyListing(std::shared_ptr<Values> values, ListOptions options)
      : values_(std::move(values)), options_(std::move(options)) {}

 private:
  std::vector<Entry> do_next(std::size_t most) override {
    std::vector<Entry> page;
    const std::lock_guard lock(values_->mutex);
    auto at = last_ ? values_->by_key.upper_bound(*last_) : values_->by_key.lower_bound(options_.prefix);
    for (; page.size() < most && at != values_->by_key.end() && at->first.starts_with(options_.prefix); ++at)
      page.push_back({at->first, options_.details ? std::optional(at->second.stat) : std::nullopt});
    if (!page.empty()) last_ = page.back().key;
    return page;
  }

  std::shared_ptr<Values> values_;
  ListOptions options_;
  std::optional<std::string> last_;
};

// No history: what was removed is forgotten.
class Records final : public StoreRecords {
 public:
  explicit Records(Values& values) : values_(values) {}

  Explanation explain(std::string_view key) override {
    require_key(key);
    const std::lock_guard lock(values_.mutex);
    Explanation explanation;
    if (const auto at = values_.by_key.find(key); at != values_.by_key.end()) {
      explanation.state = Explanation::State::present;
      explanation.stat = at->second.stat;
      return explanation;
    }
    for (const Aside& aside : values_.aside) {
      if (aside.about.key != key) continue;
      explanation.state = Explanation::State::damaged;
      explanation.when = aside.about.when;
      explanation.details = aside.about.why;
    }
    return explanation;
  }

  std::vector<SetAside> set_aside_values() override {
    const std::lock_guard lock(values_.mutex);
    std::vector<SetAside> all;
    for (const Aside& aside : values_.aside) all.push_back(aside.about);
    return all;
  }

  void discard(std::string_view name) override {
    const std::lock_guard lock(values_.mutex);
    const auto gone = std::erase_if(values_.aside, [&](const Aside& aside) { return aside.about.name == name; });
    if (gone == 0) fail(ErrorKind::not_found, "no value ", internal::quoted(name), " was set aside");
  }

  StoreLimits limits() override { return {}; }
  EvictionPolicy policy() override { return EvictionPolicy::least_recent; }
  std::vector<Evicted> enforce() override { return {}; }

  bool evict(const EvictionItem& item, EvictionReason) override {
    const std::lock_guard lock(values_.mutex);
    internal::GatheredItem present(item.name);
    std::vector<decltype(Values::by_key)::iterator> keys;
    for (auto at = values_.by_key.lower_bound(item.name);
         at != values_.by_key.end() && at->first.starts_with(item.name); ++at) {
      if (item_name(at->first) != item.name) continue;
      present.add(at->first, at->second.stat);
      keys.push_back(at);
    }
    if (keys.empty() || present.item().accessed > item.accessed) return false;
    for (const auto at : keys) values_.by_key.erase(at);
    return true;
  }

  StoreTime now() override {
    const std::lock_guard lock(values_.mutex);
    return values_.now();
  }

  std::uint64_t rebuild() override {
    const std::lock_guard lock(values_.mutex);
    return values_.by_key.size();
  }

 private:
  Values& values_;
};

Capabilities memory_capabilities() {
  return {.reads = true,
          .writes = true,
          .many = true,
          .replaces = true,
          .snapshots = true,
          .discards = true,
          .removes = true,
          .lists = true,
          .nests = true,
          .puts_if_absent = true,
          .puts_if_match = true,
          .renames_atomically = true,
          .touches = true,
          .keeps_metadata = true,
          .checksums = internal::has_xxh3(),
          .sets_aside = true,
          .leases = true};
}

class MemoryStore final : public Store {
 public:
  MemoryStore() : Store(memory_capabilities()) {}

 private:
  std::optional<Found> do_get(const std::string& key, const GetOptions& options) override {
    const std::lock_guard lock(values_->mutex);
    const auto at = values_->by_key.find(key);
    if (at == values_->by_key.end()) return std::nullopt;
    Value& value = at->second;
    const ByteRange part = range_within(options.range, value.stat.size, name(key));
    if (options.touch) value.stat.accessed = values_->now();
    const Bytes bytes =
        Bytes(*value.bytes).subspan(static_cast<std::size_t>(part.offset), static_cast<std::size_t>(part.size));
    return Found{value.stat, memory_reader(Region::adopt(value.bytes, bytes), name(key))};
  }

  std::unique_ptr<Writer> do_put(const std::string& key, const PutOptions& options) override {
    return std::make_unique<ValueWriter>(values_, key, options, name(key));
  }

  std::optional<Stat> do_stat(const std::string& key) override {
    const std::lock_guard lock(values_->mutex);
    const auto at = values_->by_key.find(key);
    return at == values_->by_key.end() ? std::nullopt : std::optional(at->second.stat);
  }

  bool do_remove(const std::string& key) override {
    const std::lock_guard lock(values_->mutex);
    return values_->by_key.erase(key) == 1;
  }

  std::unique_ptr<Listing> do_list(const ListOptions& options) override {
    return std::make_unique<KeyListing>(values_, options);
  }

  bool do_move(const std::string& from, const std::string& to) override {
    std::string key = to;  // so that nothing can fail once the value is taken out
    const std::lock_guard lock(values_->mutex);
    auto moved = values_->by_key.extract(from);
    if (moved.empty()) return false;
    moved.key() = std::move(key);
    values_->by_key.erase(to);
    values_->by_key.insert(std::move(moved));
    return true;
  }

  bool do_touch(const std::string& key) override {
    const std::lock_guard lock(values_->mutex);
    const auto at = values_->by_key.find(key);
    if (at == values_->by_key.end()) return false;
    at->second.stat.accessed = values_->now();
    return true;
  }

  // There are no other processes.
  std::unique_ptr<Lease> do_lease(const std::string&, std::optional<std::chrono::milliseconds>) override {
    return std::make_unique<Lease>();
  }

  bool do_set_aside(const std::string& key, const std::string& etag, std::string_view why) override {
    const std::lock_guard lock(values_->mutex);
    const auto at = values_->by_key.find(key);
    if (at == values_->by_key.end() || at->second.stat.etag != etag) return false;
    SetAside about{join("d-", values_->times_aside + 1), key, values_->now(), at->second.stat.size, std::string(why)};
    values_->aside.push_back({at->second, std::move(about)});
    ++values_->times_aside;
    values_->by_key.erase(at);
    return true;
  }

  StoreRecords* do_records() override { return &records_; }
  std::string do_name() const override { return "memory:"; }

  std::shared_ptr<Values> values_ = std::make_shared<Values>();
  Records records_{*values_};
};

}  // namespace

std::unique_ptr<Store> memory_store() { return std::make_unique<MemoryStore>(); }

std::unique_ptr<Store> internal::open_memory_store(const std::string& rest, const StoreSettings&) {
  if (!rest.empty()) fail(ErrorKind::usage, "memory: has nothing behind it, not ", internal::quoted(rest));
  return memory_store();
}

}  // namespace larder
