// Walking the files of a store: listing, the census, and making the index anew. Constant memory.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <larder/eviction.h>
#include <larder/store.h>

#include "store/local/directories.h"
#include "store/local/limit_index.h"

namespace larder::internal {

// Keeps `directories` alive. Directories are read in the order of the file system, one open at a time for each level.
// Links, devices, other tools' temporary files and .larder are passed over.
std::unique_ptr<Listing> walk(std::shared_ptr<Directories> directories, const ListOptions& options);

// Every item, for the index: a directory whose name begins with 32 hexadecimal digits is one, with the sum of its files
// and the access time of its output.pkl (else its own), as joblib's get_items has it; every file elsewhere is one, but
// func_code.py.
void for_each_item(Directories& directories, const std::function<void(const IndexedItem&)>& item);
// One of them, as it is now; nothing where it is gone.
std::optional<IndexedItem> look_at_item(Directories& directories, const std::string& name);

}  // namespace larder::internal
