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

std::vector<BrokenStore> broken_stores() {
  std::vector<BrokenStore> all;
  for (const auto some : {stores_that_break_values, stores_that_break_what_is_known, stores_that_break_changes,
                          stores_that_break_sharing})
    for (BrokenStore& store : some()) all.push_back(std::move(store));
  return all;
}

const StoreBehaviour* behaviour_called(const std::string& name) {
  for (const StoreBehaviour& behaviour : store_behaviours())
    if (behaviour.name == name) return &behaviour;
  return nullptr;
}

// What Store does for all stores: whatever a store of one's own does, it cannot break these.
const std::set<std::string> unbreakable = {
    "what is no key is refused by every function", "what no key begins with is refused as a prefix",
    "what a store cannot do it refuses", "put options that make no sense are refused"};

TEST_CASE("each behaviour finds the store that lacks it") {
  std::set<std::string> tried = unbreakable;
  for (const BrokenStore& store : broken_stores()) {
    for (const std::string& name : store.behaviours) {
      INFO(store.defect << ": " << name);
      const StoreBehaviour* const behaviour = behaviour_called(name);
      REQUIRE(behaviour != nullptr);
      CHECK(behaviour->applies(store.subject.make()->capabilities()));
      CHECK_THROWS_AS(behaviour->check(store.subject), std::exception);
      tried.insert(name);
    }
  }
  for (const StoreBehaviour& behaviour : store_behaviours()) {
    INFO(behaviour.name);
    CHECK(tried.contains(behaviour.name));
  }
}

TEST_CASE("problems are told with the name of the behaviour, and what happened") {
  for (const BrokenStore& store : stores_that_break_values()) {
    if (store.defect != "cuts the last byte") continue;
    const auto problems = store_problems(store.subject);
    REQUIRE_FALSE(problems.empty());
    CHECK(problems.front().starts_with("what is put is what is got: a value of 1000 bytes: there are 999 bytes"));
  }
}

TEST_CASE("a behaviour that is left out is not tried, and has to be one") {
  for (const BrokenStore& store : stores_that_break_values()) {
    if (store.defect != "cuts the last byte") continue;
    const auto without = [&](const std::vector<std::string>& names) {
      const auto problems = store_problems(store.subject, names);
      return std::ranges::count_if(
          problems, [](const std::string& problem) { return problem.starts_with("what is put is what is got:"); });
    };
    CHECK(without({}) == 1);
    CHECK(without({"what is put is what is got"}) == 0);
    CHECK_ERROR(without({"what is put is lost"}), usage);
  }
}

TEST_CASE("behaviours have names of their own") {
  std::set<std::string> names;
  for (const StoreBehaviour& behaviour : store_behaviours()) CHECK(names.insert(behaviour.name).second);
}

}  // namespace
}  // namespace larder::testing
