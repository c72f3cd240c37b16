#include "store/s3/s3_records.h"

#include <chrono>
#include <utility>
#include <vector>

#include <larder/joblib_memory.h>

#include "base/text.h"
#include "store/gathered_item.h"
#include "store/key.h"
#include "store/s3/every_object.h"
#include "store/s3/mark.h"

namespace larder::internal::s3 {

namespace {

using std::chrono::nanoseconds;

// Nobody writes a value for so long: its writer was killed.
constexpr std::chrono::days longest_upload{7};

// One key of an item, as it is now.
struct Present {
  std::string key;
  std::string etag;  // the server's
  Stat stat;
};

class S3Records final : public StoreRecords {
 public:
  S3Records(std::shared_ptr<Bucket> bucket, const Supported& supported, std::shared_ptr<AccessLog> log)
      : bucket_(std::move(bucket)), supported_(supported), log_(std::move(log)) {}

  Explanation explain(std::string_view key) override {
    Explanation explanation;
    const auto head = bucket_->head(std::string(key));
    if (!head) return explanation;
    explanation.state = Explanation::State::present;
    explanation.stat = stat_of(*head);
    if (log_) explanation.stat->accessed = log_->last(key, head->modified);
    return explanation;
  }

  std::vector<SetAside> set_aside_values() override { return {}; }
  void discard(std::string_view name) override {
    fail(ErrorKind::not_found, bucket_->name(""), ": no value ", internal::quoted(name), " was set aside");
  }

  std::uint64_t count_foreign() override {
    std::uint64_t count = 0;
    for_each_object(*bucket_, "", [&](const ListedKey& listed) {
      if (!is_key(listed.key) && !listed.key.starts_with(".larder/")) ++count;
    });
    return count;
  }

  StoreLimits limits() override { return {}; }
  EvictionPolicy policy() override { return EvictionPolicy::least_recent; }
  std::vector<Evicted> enforce() override { return {}; }

  bool evict(const EvictionItem& item, EvictionReason) override {
    const std::vector<Present> keys = keys_of(item.name);
    GatheredItem present(item.name);
    for (const Present& one : keys) present.add(one.key, one.stat);
    if (keys.empty() || present.item().accessed > item.accessed) return false;
    bool went = false;
    for (const Present& one : keys) {
      // Without this condition a value that is put at this very moment may go instead.
      const bool is_gone = bucket_->remove(one.key, supported_.remove_if_match ? one.etag : std::string());
      if (!is_gone) return went;
      if (log_) log_->forget(one.key);
      went = true;
    }
    return went;
  }

  StoreTime now() override {
    return log_ ? log_->now() : std::chrono::time_point_cast<nanoseconds>(bucket_->client().now());
  }

  void sweep() override {
    const StoreTime now = std::chrono::time_point_cast<nanoseconds>(bucket_->client().now());
    for (const Upload& upload : bucket_->uploads("")) {
      if (upload.begun < now - longest_upload) bucket_->abort(upload.key, upload.id);
    }
  }

  std::uint64_t rebuild() override {
    fail(ErrorKind::unsupported, bucket_->name(""), ": a store on S3 has no index to be made anew");
  }

 private:
  Present present(std::string key, std::string etag, std::uint64_t size, StoreTime modified) const {
    Stat stat{.size = size, .modified = modified};
    if (log_) stat.accessed = log_->last(key, modified);
    return {std::move(key), std::move(etag), std::move(stat)};
  }

  // The value first, so that whoever sees it sees all that belongs to it.
  std::vector<Present> keys_of(const std::string& item) {
    std::vector<Present> keys;
    if (item_name(item + "/value") == item) {  // the directory of a call, as joblib has it
      for_each_object(*bucket_, item + "/", [&](const ListedKey& listed) {
        if (!is_key(listed.key) || stays(listed.key)) return;
        Present one = present(listed.key, listed.etag, listed.size, listed.modified);
        keys.insert(last_part(one.key) == "output.pkl" ? keys.begin() : keys.end(), std::move(one));
      });
      return keys;
    }
    for (const std::string& key : {item, join(item, end_of_metadata)}) {
      if (!is_key(key)) continue;
      if (const auto head = bucket_->head(key)) keys.push_back(present(key, head->etag, head->size, head->modified));
    }
    return keys;
  }

  std::shared_ptr<Bucket> bucket_;
  Supported supported_;
  std::shared_ptr<AccessLog> log_;
};

}  // namespace

std::unique_ptr<StoreRecords> s3_records(std::shared_ptr<Bucket> bucket, const Supported& supported,
                                         std::shared_ptr<AccessLog> log) {
  return std::make_unique<S3Records>(std::move(bucket), supported, std::move(log));
}

}  // namespace larder::internal::s3
