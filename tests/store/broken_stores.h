// Stores with one defect each, for the conformance suite to find.
#pragma once

#include <string>
#include <vector>

#include <larder/plugin/store_conformance.h>

namespace larder::testing {

struct BrokenStore {
  std::string defect;
  std::string behaviour;  // that it lacks, at least
  StoreUnderTest subject;
};

const std::vector<BrokenStore>& broken_stores();

}  // namespace larder::testing
