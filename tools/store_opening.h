// Opening the store that a subcommand works on, and saying what went wrong with it or with one of its keys.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <larder/store.h>

#include "tools/console.h"

namespace larder::tools {

// Which store, as the user says it.
struct StoreChoice {
  std::string url;
  std::vector<std::string> settings;  // each "name=value": StoreSettings
};

// What a subcommand does with it.
enum class StoreUse {
  look,    // changes nothing: a directory, or a place on S3, is opened for reading only
  read,    // gets values, which a directory keeps in mind, or sets aside where they are damaged
  change,  // changes what is there: a directory that is missing is an error
  fill,    // puts: a directory that is missing is made
};

// What the user's settings leave open, `use` decides. Errors: as larder::open_store.
std::unique_ptr<Store> open_store(const StoreChoice& choice, StoreUse use);

// The message without the `name` that it begins with, for lines that say it in the user's words.
std::string without_name(std::string message, const std::string& name);

// "larder: URL: what is wrong", and the status that the error deserves. store: null where it could not be opened.
Status report_store(const StoreChoice& choice, const Store* store, const Error& error, Console& console);
// The same of a key.
Status report_key(const Store& store, std::string_view key, const Error& error, Console& console);
// The line that says that there is no such key, and Status::check_failed.
Status report_absent(std::string_view key, Console& console);

// The status of `action`, which gets the opened store. Its errors, and those of opening, are the store's.
template <class Action>
Status with_store(const StoreChoice& choice, StoreUse use, Console& console, Action&& action) {
  std::unique_ptr<Store> store;
  try {
    store = open_store(choice, use);
    return action(*store);
  } catch (const Error& error) {
    return report_store(choice, store.get(), error, console);
  }
}

// The status of `action`, whose errors are those of the key.
template <class Action>
Status with_key(const Store& store, std::string_view key, Console& console, Action&& action) {
  try {
    return action();
  } catch (const Error& error) {
    return report_key(store, key, error, console);
  }
}

}  // namespace larder::tools
