// A limit index in a directory of its own, with a list of what the "files" have.
#pragma once

#include <fcntl.h>

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "io/descriptor.h"
#include "store/local/limit_index.h"

namespace larder::internal::testing {

// What the files of a store are: an index is made anew from them.
using Truth = std::map<std::string, IndexedItem>;

inline LimitIndex::OpenHome home_at(const std::filesystem::path& directory) {
  return [directory] {
    std::filesystem::create_directories(directory);
    return open_descriptor(directory, O_RDONLY | O_DIRECTORY);
  };
}

// Borrows `truth`.
inline LimitIndex::Files files_of(const Truth& truth) {
  return [&truth](const std::function<void(const IndexedItem&)>& hear) {
    for (const auto& [name, item] : truth) hear(item);
  };
}

// "name:size" of each item, the least recent first.
inline std::vector<std::string> contents(LimitIndex& index) {
  std::vector<std::string> all;
  for (const IndexedItem& item : index.in_order()) all.push_back(item.name + ":" + std::to_string(item.size));
  return all;
}

// All items by the index's own choices, which takes it apart; "name:size" each.
inline std::vector<std::string> taken_apart(LimitIndex& index) {
  std::vector<std::string> all;
  while (const auto choice = index.next_victim("", 0)) {
    all.push_back(choice->name + ":" + std::to_string(choice->size));
    index.evicted(*choice);
  }
  return all;
}

}  // namespace larder::internal::testing
