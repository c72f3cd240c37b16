// A store in memory with some of its functions replaced: what stores with a defect are made of.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "tests/store/wrapped_store.h"

namespace larder::testing {

// Functions get the store below, which is whole. What is not given is passed on.
struct Patch {
  using Key = const std::string&;
  std::function<void(Capabilities& can)> can{};
  std::function<std::string(Key)> key{};    // what the store below calls it
  std::function<void(Stat& stat)> known{};  // changes what is told about a value
  std::function<std::string()> name{};
  std::function<std::optional<Found>(Store&, Key, const GetOptions&)> get{};
  std::function<std::unique_ptr<Writer>(Store&, Key, const PutOptions&)> put{};
  std::function<std::optional<Stat>(Store&, Key)> stat{};
  std::function<bool(Store&, Key)> remove{};
  std::function<std::unique_ptr<Listing>(std::shared_ptr<Store>, const ListOptions&)> list{};
  std::function<bool(Store&, Key, Key)> move{};
  std::function<bool(Store&, Key)> touch{};
  std::function<std::unique_ptr<Lease>()> lease{};
  std::function<bool(Store&, Key, Key, std::string_view)> set_aside{};
};

class PatchedStore final : public WrappedStore {
 public:
  explicit PatchedStore(Patch patch, std::shared_ptr<Store> below = memory_store())
      : WrappedStore(below, patched(patch, below->capabilities())), patch_(std::move(patch)) {}

  using WrappedStore::shared_below;

 private:
  static Capabilities patched(const Patch& patch, Capabilities can) {
    if (patch.can) patch.can(can);
    return can;
  }

  std::string called(const std::string& key) const { return patch_.key ? patch_.key(key) : key; }
  void tell(Stat& stat) const {
    if (patch_.known) patch_.known(stat);
  }

  std::optional<Found> do_get(const std::string& key, const GetOptions& asked) override {
    GetOptions options = asked;
    options.verify = false;  // done above, with what this store tells
    auto found = patch_.get ? patch_.get(below(), called(key), options) : below().find(called(key), options);
    if (found) tell(found->stat);
    return found;
  }

  // finish() tells of what was published.
  class Target final : public WrappedWriter {
   public:
    Target(const PatchedStore& store, std::unique_ptr<Writer> below, Stat* published)
        : WrappedWriter(std::move(below)), store_(store), published_(published) {}

   private:
    void do_finish() override {
      below().finish();
      if (published_ != nullptr) store_.tell(*published_);
    }
    const PatchedStore& store_;
    Stat* published_;
  };
  std::unique_ptr<Writer> do_put(const std::string& key, const PutOptions& options) override {
    auto writer = patch_.put ? patch_.put(below(), called(key), options) : below().put(called(key), options);
    return std::make_unique<Target>(*this, std::move(writer), options.published);
  }

  std::optional<Stat> do_stat(const std::string& key) override {
    auto stat = patch_.stat ? patch_.stat(below(), called(key)) : below().stat(called(key));
    if (stat) tell(*stat);
    return stat;
  }
  bool do_remove(const std::string& key) override {
    return patch_.remove ? patch_.remove(below(), called(key)) : below().remove(called(key));
  }
  std::unique_ptr<Listing> do_list(const ListOptions& options) override {
    return patch_.list ? patch_.list(shared_below(), options) : below().list(options);
  }
  bool do_move(const std::string& from, const std::string& to) override {
    return patch_.move ? patch_.move(below(), called(from), called(to)) : below().move(called(from), called(to));
  }
  bool do_touch(const std::string& key) override {
    return patch_.touch ? patch_.touch(below(), called(key)) : below().touch(called(key));
  }
  std::unique_ptr<Lease> do_lease(const std::string& key, std::optional<std::chrono::milliseconds> patience) override {
    return patch_.lease ? patch_.lease() : below().lease(called(key), patience);
  }
  bool do_set_aside(const std::string& key, const std::string& etag, std::string_view why) override {
    return patch_.set_aside ? patch_.set_aside(below(), called(key), etag, why)
                            : below().set_aside(called(key), etag, why);
  }
  std::string do_name() const override { return patch_.name ? patch_.name() : WrappedStore::do_name(); }

  Patch patch_;
};

}  // namespace larder::testing
