// Stores that are wrong about who shares them: leases, second openings, stores beside each other.
#include <larder/error.h>

#include "tests/store/broken_stores.h"

namespace larder::testing {

namespace {

std::unique_ptr<Lease> fail_to_lease() { throw Error(ErrorKind::io, "no locks are left"); }

std::unique_ptr<Store> whole() { return std::make_unique<PatchedStore>(Patch()); }

std::unique_ptr<Store> open_another(Store&) { return whole(); }

// Sees the same values, but leases on its own.
std::unique_ptr<Store> open_with_own_leases(Store& store) {
  return std::make_unique<PatchedStore>(Patch{.lease = [] { return std::make_unique<Lease>(); }},
                                        dynamic_cast<PatchedStore&>(store).shared_below());
}

}  // namespace

std::vector<BrokenStore> stores_that_break_sharing() {
  const std::shared_ptr<Store> only = memory_store();
  return {
      broken("has no leases", {"patience for a lease ends", "one thread at a time holds a lease"},
             {.lease = fail_to_lease}),
      {"opens another store", {"a store that is opened twice is one store"}, {.make = whole, .again = open_another}},
      {"leases to each that opened it",
       {"a lease holds for all that opened the store"},
       {.make = whole, .again = open_with_own_leases}},
      {"is always the same store",
       {"two stores see nothing of each other"},
       {.make = [only] { return std::make_unique<PatchedStore>(Patch(), only); }}},
  };
}

}  // namespace larder::testing
