// Stores that pass on to another one: what stores with one thing different are derived from.
#pragma once

#include <memory>
#include <string>

#include <larder/store.h>

namespace larder::testing {

// Passes on the five functions that a store must have, and leaves the others to Store.
class FiveFunctions : public Store {
 public:
  FiveFunctions(std::shared_ptr<Store> below, const Capabilities& capabilities)
      : Store(capabilities), below_(std::move(below)) {}

 protected:
  Store& below() { return *below_; }
  const std::shared_ptr<Store>& shared_below() { return below_; }

  std::optional<Found> do_get(const std::string& key, const GetOptions& options) override {
    return below_->find(key, options);
  }
  std::unique_ptr<Writer> do_put(const std::string& key, const PutOptions& options) override {
    return below_->put(key, options);
  }
  std::optional<Stat> do_stat(const std::string& key) override { return below_->stat(key); }
  bool do_remove(const std::string& key) override { return below_->remove(key); }
  std::unique_ptr<Listing> do_list(const ListOptions& options) override { return below_->list(options); }
  std::string name_below() const { return below_->name(); }

 private:
  std::shared_ptr<Store> below_;
};

// Passes on everything.
class WrappedStore : public FiveFunctions {
 public:
  explicit WrappedStore(const std::shared_ptr<Store>& below = memory_store())
      : FiveFunctions(below, below->capabilities()) {}
  using FiveFunctions::FiveFunctions;

 protected:
  bool do_move(const std::string& from, const std::string& to) override { return below().move(from, to); }
  bool do_touch(const std::string& key) override { return below().touch(key); }
  std::unique_ptr<Lease> do_lease(const std::string& key, std::optional<std::chrono::milliseconds> patience) override {
    return below().lease(key, patience);
  }
  bool do_set_aside(const std::string& key, const std::string& etag, std::string_view why) override {
    return below().set_aside(key, etag, why);
  }
  StoreRecords* do_records() override { return below().records(); }
  std::string do_name() const override { return name_below(); }
};

// The same for what a store's put gives.
class WrappedWriter : public Writer {
 public:
  explicit WrappedWriter(std::unique_ptr<Writer> below) : Writer(0, 0), below_(std::move(below)) {}

 protected:
  Writer& below() { return *below_; }

  void do_write(Bytes bytes) override { below_->write(bytes); }
  void do_flush() override { below_->flush(); }
  void do_finish() override { below_->finish(); }
  std::string do_name() const override { return below_->name(); }

 private:
  std::unique_ptr<Writer> below_;
};

}  // namespace larder::testing
