// The files below a directory of a store, one after another, in memory that does not depend on their number.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/local/directories.h"
#include "store/local/entries.h"

namespace larder::internal {

// Depth first, in the order of the file system, one directory open for each level. What larder keeps for itself
// (.larder, .gitignore) is never given. Not thread-safe.
class TreeWalk {
 public:
  // Begins in the directory `start` ("" is the root), which need not be there. `directories` is borrowed.
  TreeWalk(const Directories& directories, std::string_view start);

  struct Step {
    std::string path;   // "a/b/c"
    std::string entry;  // "c"
    EntryKind kind;
    int directory;  // that it lies in, open until the next call of next()
  };
  // Nothing at the end. Directories are given before what lies in them, which is only given after enter(). Error `io`.
  std::optional<Step> next();

  // What lies in the directory that next() gave last comes next; nothing where it is gone, or too deep for any key.
  void enter(const Step& directory);

 private:
  struct Level {
    std::string path;
    DirectoryEntries entries;
  };
  const Directories& directories_;
  std::vector<Level> levels_;
};

}  // namespace larder::internal
