// Stores with one defect each, for the conformance suite to find.
#pragma once

#include <string>
#include <vector>

#include <larder/plugin/store_conformance.h>

#include "tests/store/patched_store.h"

namespace larder::testing {

struct BrokenStore {
  std::string defect;
  std::vector<std::string> behaviours;  // names of those that it lacks
  StoreUnderTest subject;
};

std::vector<BrokenStore> stores_that_break_values();
std::vector<BrokenStore> stores_that_break_what_is_known();
std::vector<BrokenStore> stores_that_break_changes();
std::vector<BrokenStore> stores_that_break_sharing();

// A store with this patch; `broken_each`: `patch` makes one for each store, which may have a memory of its own.
BrokenStore broken_each(std::string defect, std::vector<std::string> behaviours, std::function<Patch()> patch);
BrokenStore broken(std::string defect, std::vector<std::string> behaviours, Patch patch);

}  // namespace larder::testing
