// Every kind of store, as one table: a new kind gets the whole conformance suite with one row.
#pragma once

#include <string>
#include <vector>

#include <larder/plugin/store_conformance.h>

namespace larder::testing {

struct NamedStore {
  std::string name;
  StoreUnderTest subject;
};

const std::vector<NamedStore>& stores();

}  // namespace larder::testing
