// A store on S3 that writes down when its keys are used.
#include <utility>

#include "store/s3/access_log.h"
#include "store/s3/s3_records.h"
#include "store/s3/s3_store.h"

namespace larder::internal::s3 {

namespace {

Capabilities with_touches(Capabilities capabilities) {
  capabilities.touches = capabilities.writes;
  return capabilities;
}

// Writes to `below`; a value that is published was used.
class UsingWriter final : public Writer {
 public:
  UsingWriter(std::unique_ptr<Writer> below, std::shared_ptr<AccessLog> log, std::string key, Stat* published)
      : Writer(0, 0), below_(std::move(below)), log_(std::move(log)), key_(std::move(key)), published_(published) {}

 private:
  void do_write(Bytes bytes) override { below_->write(bytes); }
  void do_flush() override { below_->flush(); }
  void do_finish() override {
    below_->finish();
    log_->used(key_);
    if (published_ != nullptr) published_->accessed = log_->last(key_, published_->modified);
  }
  std::string do_name() const override { return below_->name(); }

  std::unique_ptr<Writer> below_;
  std::shared_ptr<AccessLog> log_;
  std::string key_;
  Stat* published_;
};

class UsingListing final : public Listing {
 public:
  UsingListing(std::unique_ptr<Listing> below, std::shared_ptr<AccessLog> log)
      : below_(std::move(below)), log_(std::move(log)) {}

 private:
  std::vector<Entry> do_next(std::size_t most) override {
    std::vector<Entry> entries = below_->next(most);
    for (Entry& entry : entries) {
      if (entry.stat) entry.stat->accessed = log_->last(entry.key, entry.stat->modified);
    }
    return entries;
  }

  std::unique_ptr<Listing> below_;
  std::shared_ptr<AccessLog> log_;
};

class AccessedStore final : public Store {
 public:
  AccessedStore(std::unique_ptr<Store> below, const std::shared_ptr<Bucket>& bucket, const Supported& supported)
      : Store(with_touches(below->capabilities())),
        below_(std::move(below)),
        log_(std::make_shared<AccessLog>(bucket)),
        records_(s3_records(bucket, supported, log_)) {}

 private:
  Stat with_access(const std::string& key, Stat stat) const {
    stat.accessed = log_->last(key, stat.modified);
    return stat;
  }

  std::optional<Found> do_get(const std::string& key, const GetOptions& options) override {
    auto found = below_->find(key, {.range = options.range});
    if (!found) return std::nullopt;
    if (options.touch) log_->used(key);
    found->stat = with_access(key, std::move(found->stat));
    return found;
  }
  std::unique_ptr<Writer> do_put(const std::string& key, const PutOptions& options) override {
    return std::make_unique<UsingWriter>(below_->put(key, options), log_, key, options.published);
  }
  std::optional<Stat> do_stat(const std::string& key) override {
    auto stat = below_->stat(key);
    return stat ? std::optional(with_access(key, std::move(*stat))) : std::nullopt;
  }
  bool do_remove(const std::string& key) override {
    const bool was_there = below_->remove(key);
    log_->forget(key);
    return was_there;
  }
  std::unique_ptr<Listing> do_list(const ListOptions& options) override {
    if (options.details) log_->refresh();
    return std::make_unique<UsingListing>(below_->list(options), log_);
  }
  bool do_move(const std::string& from, const std::string& to) override {
    if (!below_->move(from, to)) return false;
    log_->forget(from);
    log_->used(to);
    return true;
  }
  bool do_touch(const std::string& key) override {
    if (!below_->exists(key)) return false;
    log_->used(key);
    return true;
  }
  StoreRecords* do_records() override { return records_.get(); }
  std::string do_name() const override { return below_->name(); }

  std::unique_ptr<Store> below_;
  std::shared_ptr<AccessLog> log_;
  std::unique_ptr<StoreRecords> records_;
};

}  // namespace

std::unique_ptr<Store> accessed_store(std::unique_ptr<Store> below, const std::shared_ptr<Bucket>& bucket,
                                      const Supported& supported) {
  return std::make_unique<AccessedStore>(std::move(below), bucket, supported);
}

}  // namespace larder::internal::s3
