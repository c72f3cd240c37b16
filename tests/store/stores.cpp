#include "tests/store/stores.h"

#include <fstream>

#include <larder/local_store.h>

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

void damage_file(Store& store, const std::string& key) {
  const Path path = path_of(store.name(key));
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto middle = static_cast<std::streamoff>(std::filesystem::file_size(path) / 2);
  file.seekg(middle);
  const int byte = file.get();
  file.seekp(middle);
  file.put(static_cast<char>(byte ^ 1));
}

// Stores in directories that go at the end of all tests.
StoreUnderTest local(const LocalOptions& options) {
  const auto scratch = std::make_shared<TemporaryDirectory>();
  const auto number = std::make_shared<int>(0);
  return {
      .make = [=] { return local_store(*scratch / std::to_string(++*number), options); },
      .again = [=](Store& store) { return local_store(path_of(store.name()), options); },
      .damage = damage_file,
  };
}

}  // namespace

const std::vector<NamedStore>& stores() {
  static const std::vector<NamedStore> all = {
      {"memory", {.make = memory_store, .damage = damage_memory}},
      {"local", local({.sync = Sync::none})},
      {"local, synced", local({})},
      {"local, without checksums", local({.sync = Sync::none, .checksums = false})},
  };
  return all;
}

}  // namespace larder::testing
