// Every kind of store does what all stores do, and the suite notices one that does not.
#include <algorithm>
#include <set>

#include "tests/store/broken_stores.h"
#include "tests/store/stores.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

TEST_CASE("every store has every behaviour") {
  for (const NamedStore& store : stores()) {
    DYNAMIC_SECTION(store.name) { CHECK(store_problems(store.subject) == std::vector<std::string>{}); }
  }
}

TEST_CASE("the suite finds what is broken") {
  for (const BrokenStore& store : broken_stores()) {
    DYNAMIC_SECTION(store.defect) {
      const auto problems = store_problems(store.subject);
      CHECK(std::any_of(problems.begin(), problems.end(),
                        [&](const std::string& problem) { return problem.starts_with(store.behaviour + ": "); }));
    }
  }
}

TEST_CASE("behaviours have names of their own") {
  std::set<std::string> names;
  for (const StoreBehaviour& behaviour : store_behaviours()) CHECK(names.insert(behaviour.name).second);
}

}  // namespace
}  // namespace larder::testing
