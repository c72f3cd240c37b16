#include "tests/store/broken_stores.h"

namespace larder::testing {

namespace {

// The store hands out its very bytes, read-only: who damages them casts that away.
void damage_memory(Store& store, const std::string& key) {
  const Region region = store.read(key, {.touch = false});
  const_cast<std::byte*>(region.data())[region.size() / 2] ^= std::byte{1};
}

}  // namespace

BrokenStore broken_each(std::string defect, std::vector<std::string> behaviours, std::function<Patch()> patch) {
  return {std::move(defect),
          std::move(behaviours),
          {.make = [patch = std::move(patch)] { return std::make_unique<PatchedStore>(patch()); },
           .damage = damage_memory}};
}

BrokenStore broken(std::string defect, std::vector<std::string> behaviours, Patch patch) {
  return broken_each(std::move(defect), std::move(behaviours), [patch] { return patch; });
}

}  // namespace larder::testing
