#include "tests/store/stores.h"

#include <map>
#include <mutex>

#include <larder/cached_store.h>
#include <larder/local_store.h>

#include "tests/support/damaged_file.h"
#include "tests/support/temporary.h"

namespace larder::testing {

namespace {

// The store hands out its very bytes, read-only: who damages them casts that away.
void damage_memory(Store& store, const std::string& key) {
  const Region region = store.read(key, {.touch = false});
  auto* const first = const_cast<std::byte*>(region.data());
  first[region.size() / 2] ^= std::byte{1};
}

// "/tmp/d" of "file:///tmp/d".
Path path_of(const std::string& name) { return name.substr(std::string_view("file://").size()); }

void damage_file_of(Store& store, const std::string& key) { damage_file(path_of(store.name(key))); }

// Stores in directories that go at the end of all tests.
StoreUnderTest local(const LocalOptions& options) {
  const auto scratch = std::make_shared<TemporaryDirectory>();
  const auto number = std::make_shared<int>(0);
  return {
      .make = [=] { return local_store(*scratch / std::to_string(++*number), options); },
      .again = [=](Store& store) { return local_store(path_of(store.name()), options); },
      .damage = damage_file_of,
  };
}

// Stores behind a cache directory each, and what lies below them.
class Behind {
 public:
  std::unique_ptr<Store> make() {
    auto below = memory_store();
    Store* const seen = below.get();
    const std::lock_guard lock(mutex_);
    auto store = cached_store(std::move(below), scratch_ / std::to_string(++made_));
    below_[store.get()] = seen;
    return store;
  }
  Store& below(Store& store) {
    const std::lock_guard lock(mutex_);
    return *below_.at(&store);
  }

 private:
  TemporaryDirectory scratch_;
  std::mutex mutex_;
  std::map<Store*, Store*> below_;
  int made_ = 0;
};

StoreUnderTest cached_memory() {
  const auto behind = std::make_shared<Behind>();
  return {.make = [=] { return behind->make(); },
          .damage = [=](Store& store, const std::string& key) { damage_memory(behind->below(store), key); }};
}

// All of them share a cache.
StoreUnderTest cached_local() {
  const auto scratch = std::make_shared<TemporaryDirectory>();
  const auto number = std::make_shared<int>(0);
  const auto open = [=](const Path& directory) {
    return cached_store(local_store(directory, {.sync = Sync::none}), *scratch / "cache");
  };
  return {.make = [=] { return open(*scratch / std::to_string(++*number)); },
          .again = [=](Store& store) { return open(path_of(store.name())); },
          .damage = damage_file_of};
}

std::unique_ptr<Store> memory_stream(const std::string& key, Bytes value) {
  return stream_store(memory_reader(Region::copy_of(value)), key);
}

// Neither seeks nor knows its size.
std::unique_ptr<Store> pipe_stream(const std::string& key, Bytes value) {
  return stream_store(
      callback_reader([left = std::vector(value.begin(), value.end()), at = std::size_t{0}](MutableBytes out) mutable {
        const std::size_t size = std::min(out.size(), left.size() - at);
        std::copy_n(left.begin() + static_cast<std::ptrdiff_t>(at), size, out.begin());
        at += size;
        return size;
      }),
      key);
}

// Stores that write streams, and what each of them wrote.
class Written {
 public:
  std::unique_ptr<Store> make() {
    const auto bytes = std::make_shared<std::vector<std::byte>>();
    auto store =
        stream_store(callback_writer([bytes](Bytes more) { bytes->insert(bytes->end(), more.begin(), more.end()); }));
    const std::lock_guard lock(mutex_);
    by_store_[store.get()] = bytes;
    return store;
  }
  Region of(Store& store) {
    const std::lock_guard lock(mutex_);
    return Region::copy_of(*by_store_.at(&store));
  }

 private:
  std::mutex mutex_;
  std::map<Store*, std::shared_ptr<std::vector<std::byte>>> by_store_;
};

Written& written() {
  static Written all;
  return all;
}

}  // namespace

const std::vector<NamedStore>& stores() {
  static const std::vector<NamedStore> all = {
      {"memory", {.make = memory_store, .damage = damage_memory}},
      {"local", local({.sync = Sync::none})},
      {"local, synced", local({})},
      {"local, without checksums", local({.sync = Sync::none, .checksums = false})},
      {"memory behind a cache", cached_memory()},
      {"local behind a cache", cached_local()},
      {"stream that is read", {.holding = memory_stream}},
      {"pipe that is read", {.holding = pipe_stream}},
      {"stream that is written",
       {.make = [] { return written().make(); }, .written = [](Store& store) { return written().of(store); }}},
  };
  return all;
}

}  // namespace larder::testing
