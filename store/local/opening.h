// The directory of a store: found or made, and refused where it cannot keep what a store promises.
#pragma once

#include <larder/local_store.h>

#include "store/local/directories.h"

namespace larder::internal {

// Errors of local_store.
Directories open_root(const Path& root, const LocalOptions& options);

// Writes joblib's ".gitignore" where joblib's Memory does, unless there is one: in `root`, or above it where `root` is
// called "joblib" (Memory makes that directory in the one that it is given). Errors of create_file.
void put_gitignore(const Path& root);

}  // namespace larder::internal
