// The operations of a LocalStore as trials: state to start from, what is done, and what may be there afterwards.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <larder/local_store.h>

#include "tests/io/content.h"
#include "trial.h"

namespace larder::testing {

// What a store holds, by key.
using Contents = std::map<std::string, Content>;

// The values of these keys that the store has, read and verified.
Contents contents_of(Store& store, const std::vector<std::string>& keys);

struct StoreTrial {
  std::string name;
  Contents before;
  Contents after;
  // Where several things are done (evicting many, publishing and then reading), some of them may be when it fails: then
  // any of `before` or `after` is fine, key by key.
  bool many = false;
  LocalOptions options{};
  // Whether the store is opened anew under faults, or is open already (and has put something).
  bool opens = false;
  // Done to the fresh store's directory before it is opened: what dead processes left, say.
  std::function<void(const Path& root)> litter{};
  std::function<void(Store& store)> run;
};

// All of them.
std::vector<StoreTrial> store_trials();

std::vector<std::string> keys_of(const StoreTrial& operation);
// Whether each key alone is as it was, or as it was to be.
bool between(const StoreTrial& operation, const Contents& now);

// As a trial in `root`, which is emptied each time.
Trial trial_of(const StoreTrial& operation, const Path& root);

}  // namespace larder::testing
