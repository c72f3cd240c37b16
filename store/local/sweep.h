// Sweeping: what sessions of dead processes left behind goes, what living ones have stays.
#pragma once

#include <functional>
#include <string_view>

#include <larder/local_store.h>

#include "store/local/directories.h"

namespace larder::internal {

// For each file in sessions/ whose lock can be had: its pending items are handed to `reconcile`, and it is removed,
// under its lock. Then what belongs to no session is removed: temporary files, trash, and what was being set aside.
// Sessions make their file before all else and remove it last, so that what has none is nobody's. Lease files that
// nobody holds go as well. Several processes may sweep at once. Errors `io`, those of `reconcile`.
Recovery sweep(const Directories& directories, const std::function<void(std::string_view item)>& reconcile);

}  // namespace larder::internal
