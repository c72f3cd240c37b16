// Walking the files of a store: listing, the census, and making the index anew. Constant memory.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <larder/store.h>

#include "store/local/directories.h"
#include "store/local/limit_index.h"

namespace larder::internal {

// When an item was last used; nothing where that is not known.
using LastAccess = std::function<std::optional<StoreTime>(std::string_view item)>;

// Keeps `directories` alive. Links, devices, other tools' temporary files and .larder are passed over, and so are files
// whose names can be no keys. `accessed` fills Stat::accessed.
std::unique_ptr<Listing> walk(std::shared_ptr<const Directories> directories, ListOptions options,
                              LastAccess accessed = {});

// How many links, devices, other tools' temporary files and names that can be no keys lie among the values.
std::uint64_t count_foreign(const Directories& directories);

// What the name of a value's metadata has behind the value's: metadata_key of <larder/item.h>.
inline constexpr std::string_view metadata_ending = ".metadata.json";

// Every item, for the index: a directory whose name begins with 32 hexadecimal digits is one, with the sum of its files
// and the access of its output.pkl, as joblib's get_items has it; every key elsewhere is one, together with its
// metadata; but none that `stays` (store/gathered_item.h).
void for_each_item(const Directories& directories, const std::function<void(const IndexedItem&)>& item);
// One of them, as it is now; nothing where it is gone.
std::optional<IndexedItem> look_at_item(const Directories& directories, const std::string& name);

}  // namespace larder::internal
