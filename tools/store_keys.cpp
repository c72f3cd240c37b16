#include "tools/store.h"

namespace larder::tools {

namespace {

// `action` does it to each key in turn, and tells whether there was one.
template <class Action>
Status for_each_key(const StoreKeysOptions& options, Console& console, Action&& action) {
  return with_store(options.store, StoreUse::change, console, [&](Store& store) {
    Status status = Status::fine;
    for (const std::string& key : options.keys) {
      const Status one = with_key(store, key, console,
                                  [&] { return action(store, key) ? Status::fine : report_absent(key, console); });
      status = worse(status, one);
    }
    return status;
  });
}

}  // namespace

Status store_remove(const StoreKeysOptions& options, Console& console) {
  return for_each_key(options, console, [](Store& store, const std::string& key) { return store.remove(key); });
}

Status store_touch(const StoreKeysOptions& options, Console& console) {
  return for_each_key(options, console, [](Store& store, const std::string& key) { return store.touch(key); });
}

Status store_move(const StoreMoveOptions& options, Console& console) {
  return with_store(options.store, StoreUse::change, console, [&](Store& store) {
    return with_key(store, options.from, console, [&] {
      return store.move(options.from, options.to) ? Status::fine : report_absent(options.from, console);
    });
  });
}

}  // namespace larder::tools
