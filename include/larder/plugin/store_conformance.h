// What every store must do, tried on one: for authors of a store. examples/own_store.cpp runs it, as do larder's tests
// on its own stores.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <larder/bytes.h>
#include <larder/export.h>
#include <larder/store.h>

namespace larder {

// How to get at the store that is tried.
struct StoreUnderTest {
  // A new, empty store; not set for stores that only read. Several live at once, and see nothing of each other.
  std::function<std::unique_ptr<Store>()> make{};
  // The store that `make` made, opened once more beside it, as another process would; not set where that cannot be.
  std::function<std::unique_ptr<Store>(Store& store)> again{};
  // For stores that only read: one that holds `value` under `key`.
  std::function<std::unique_ptr<Store>(const std::string& key, Bytes value)> holding{};
  // For stores that only write: what was written to the store that `make` made.
  std::function<Region(Store& store)> written{};
  // Damages the stored bytes of `key` behind the store's back, keeping their length; not set where that cannot be.
  std::function<void(Store& store, const std::string& key)> damage{};
};

// A behaviour that stores have.
struct StoreBehaviour {
  std::string name;                      // "a dropped writer leaves no key"
  bool (*applies)(const Capabilities&);  // to stores that can do this
  // Throws std::runtime_error that says what was expected and what happened.
  void (*check)(const StoreUnderTest& subject);
};

// All of them; at least 30. A behaviour that does not apply has a counterpart that does: what a store cannot do, it
// refuses with `unsupported`.
LARDER_API const std::vector<StoreBehaviour>& store_behaviours();

// The behaviours that the store lacks, one line each: "NAME: what happened". Empty where it has all. Takes a second or
// so. `without` are names of behaviours that are not tried, for a store on a service that is known not to give them;
// Error `usage` where one is not the name of a behaviour.
LARDER_API std::vector<std::string> store_problems(const StoreUnderTest& subject,
                                                   const std::vector<std::string>& without = {});

}  // namespace larder
