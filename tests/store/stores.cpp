#include "tests/store/stores.h"

namespace larder::testing {

namespace {

// The store hands out its very bytes, read-only: who damages them casts that away.
void damage_memory(Store& store, const std::string& key) {
  const Region region = store.read(key, {.touch = false});
  auto* const first = const_cast<std::byte*>(region.data());
  first[region.size() / 2] ^= std::byte{1};
}

}  // namespace

const std::vector<NamedStore>& stores() {
  static const std::vector<NamedStore> all = {
      {"memory", {.make = memory_store, .damage = damage_memory}},
  };
  return all;
}

}  // namespace larder::testing
