// Every kind of store does what all stores do, and the suite notices one that does not.
#include <set>

#include "tests/store/stores.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

TEST_CASE("every store has every behaviour") {
  for (const NamedStore& store : stores()) {
    DYNAMIC_SECTION(store.name) { CHECK(store_problems(store.subject) == std::vector<std::string>{}); }
  }
}

TEST_CASE("behaviours have names of their own") {
  std::set<std::string> names;
  for (const StoreBehaviour& behaviour : store_behaviours()) CHECK(names.insert(behaviour.name).second);
}

}  // namespace
}  // namespace larder::testing
