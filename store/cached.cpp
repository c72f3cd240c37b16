// CachedStore: values of a store far away, kept in a LocalStore as they are got.
#include <larder/cached_store.h>

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include <larder/local_store.h>
#include <larder/store_report.h>

#include "base/checksum.h"
#include "base/text.h"

namespace larder {

using internal::join;

namespace {

constexpr std::size_t copy_size = std::size_t{1} << 20;
constexpr int most_attempts = 3;

Capabilities with_mapping(Capabilities can) {
  can.mappable = can.reads;
  return can;
}

std::string digits(std::uint64_t number) { return internal::hex(number, 16).substr(2); }

// What tells the values of a key apart. Some stores count their etags from 1 again each time that they are made.
std::string version_of(const Stat& stat) {
  return join(stat.etag, ' ', stat.size, ' ', stat.modified.time_since_epoch().count());
}

// A value of the directory, under the name that it has below.
class NearReader final : public Reader {
 public:
  NearReader(std::unique_ptr<Reader> value, std::string name)
      : Reader(0), value_(std::move(value)), name_(std::move(name)) {}

 private:
  std::size_t do_read(MutableBytes out) override { return value_->read(out); }
  bool do_can_seek() const override { return true; }
  void do_seek(std::uint64_t position) override { value_->seek(position); }
  std::optional<std::uint64_t> do_size() const override { return value_->size(); }
  std::optional<Region> do_region() const override { return value_->region(); }
  std::optional<Region> do_map(MapMode mode) const override { return value_->map(mode); }
  std::string do_name() const override { return name_; }

  std::unique_ptr<Reader> value_;
  std::string name_;
};

class CachedStore final : public Store {
 public:
  CachedStore(std::unique_ptr<Store> below, std::unique_ptr<Store> cache, std::function<void(std::string_view)> warn)
      : Store(with_mapping(below->capabilities())),
        below_(std::move(below)),
        cache_(std::move(cache)),
        warn_(std::move(warn)),
        name_hash_(digits(internal::xxh3(as_bytes(below_->name())))) {}

 private:
  std::optional<Found> do_get(const std::string& key, const GetOptions& options) override {
    GetOptions plain = options;
    plain.verify = false;
    // What is verified is what the store below has.
    if (options.verify) return below_->find(key, plain);
    const auto stat = below_->stat(key);
    if (!stat) return std::nullopt;
    if (auto near = find_near(key, *stat, options)) return near;
    if (options.sparse || options.range != ByteRange{} || is_too_large(stat->size)) return below_->find(key, plain);
    return fetch(key, plain);
  }

  // The value, where the directory has this version of it.
  std::optional<Found> find_near(const std::string& key, const Stat& stat, const GetOptions& options) {
    std::optional<Found> found;
    if (!try_cache([&] { found = cache_->find(place_of(key), {.set_aside = false}); }) || !found) return std::nullopt;
    const UserMetadata& kept = found->stat.metadata;
    const auto is = [&](const char* name, const std::string& text) {
      const auto at = kept.find(name);
      return at != kept.end() && at->second == text;
    };
    if (!is("key", key) || !is("version", version_of(stat))) return std::nullopt;
    const ByteRange part = range_within(options.range, stat.size, name(key));
    if (options.touch && below_->capabilities().touches) static_cast<void>(below_->touch(key));
    if (part.size != stat.size) found->reader = slice_reader(std::move(found->reader), part.offset, part.size);
    return Found{stat, std::make_unique<NearReader>(std::move(found->reader), name(key))};
  }

  // Brings the whole value here; from below where that fails. One thread of one process does it, the others wait.
  std::optional<Found> fetch(const std::string& key, const GetOptions& options) {
    std::unique_ptr<Lease> lease;
    if (!try_cache([&] { lease = cache_->lease(place_of(key)); })) return below_->find(key, options);
    for (int attempt = 1;; ++attempt) {
      const auto stat = below_->stat(key);
      if (!stat) return std::nullopt;
      if (auto near = find_near(key, *stat, options)) return near;
      auto found = below_->find(key, options);
      if (!found) return std::nullopt;
      try {
        if (!fill(key, *found)) return below_->find(key, options);
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::conflict || attempt == most_attempts) throw;
        continue;  // another value was put meanwhile
      }
      GetOptions silent = options;
      silent.touch = false;
      auto near = find_near(key, found->stat, silent);
      return near ? std::move(near) : below_->find(key, silent);
    }
  }

  // Whether the directory has it afterwards. Throws what reading from below throws.
  bool fill(const std::string& key, Found& found) {
    std::unique_ptr<Writer> writer;
    const PutOptions how{.metadata = {{"key", key}, {"version", version_of(found.stat)}}, .size = found.stat.size};
    if (!try_cache([&] { writer = cache_->put(place_of(key), how); })) return false;
    std::vector<std::byte> buffer(copy_size);
    while (const std::size_t count = found.reader->read(buffer))
      if (!try_cache([&] { writer->write(Bytes(buffer).first(count)); })) return false;
    return try_cache([&] { writer->finish(); });
  }

  bool is_too_large(std::uint64_t size) {
    std::optional<std::uint64_t> most;
    return !try_cache([&] { most = cache_->records()->limits().bytes; }) || (most && size > *most);
  }

  // Whether the directory did it. Where it cannot, the store below does without.
  template <class Action>
  bool try_cache(Action&& action) {
    try {
      action();
      return true;
    } catch (const Error& error) {
      if (warn_ && !warned_.exchange(true))
        warn_(join("the cache ", cache_->name(), " is not used for all values: ", error.what()));
      return false;
    }
  }

  // Two levels, so that no directory is long.
  std::string place_of(const std::string& key) const {
    const std::string all = name_hash_ + digits(internal::xxh3(as_bytes(key)));
    return join(all.substr(all.size() - 2), '/', all.substr(0, all.size() - 2));
  }

  std::unique_ptr<Writer> do_put(const std::string& key, const PutOptions& options) override {
    return below_->put(key, options);
  }
  std::optional<Stat> do_stat(const std::string& key) override { return below_->stat(key); }
  bool do_remove(const std::string& key) override { return below_->remove(key); }
  std::unique_ptr<Listing> do_list(const ListOptions& options) override { return below_->list(options); }
  bool do_move(const std::string& from, const std::string& to) override { return below_->move(from, to); }
  bool do_touch(const std::string& key) override { return below_->touch(key); }
  std::unique_ptr<Lease> do_lease(const std::string& key, std::optional<std::chrono::milliseconds> patience) override {
    return below_->lease(key, patience);
  }
  bool do_set_aside(const std::string& key, const std::string& etag, std::string_view why) override {
    return below_->set_aside(key, etag, why);
  }
  StoreRecords* do_records() override { return below_->records(); }
  std::string do_name() const override { return below_->name(); }

  std::unique_ptr<Store> below_;
  std::unique_ptr<Store> cache_;
  std::function<void(std::string_view)> warn_;
  std::atomic<bool> warned_ = false;
  std::string name_hash_;
};

}  // namespace

std::unique_ptr<Store> cached_store(std::unique_ptr<Store> below, const Path& directory, const CacheOptions& options,
                                    std::function<void(std::string_view)> warn) {
  LocalOptions how{.sync = Sync::none};
  if (options.bytes) how.limits = StoreLimits{.bytes = options.bytes};
  return std::make_unique<CachedStore>(std::move(below), local_store(directory, how), std::move(warn));
}

}  // namespace larder
