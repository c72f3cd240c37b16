// The protocol of a LocalStore's put, and what else changes a key.
//
//  1. tmp/<session>-<number>: O_EXCL. The session's lock, not the file's age or a pid, says whether its writer lives.
//  2. Bytes are written, and checksummed on the way. No lock is held.
//  3. The seal is attached; fsync (data, full); a checked close.
//  4. In a store with limits, room is made: victims go first (store/local/limit_index.h). A failure ends the put here.
//  5. The publish lock of the key's item (one of 64; item_name of <larder/joblib_memory.h>) is taken. Under it: the
//     directory is resolved anew, so that nothing is renamed into one that eviction just took away; for
//     Condition::match the present etag is compared; rename over the value (RENAME_NOREPLACE for Condition::absent);
//     the index is told. The lock is freed.
//  6. A directory that is missing, or was pruned meanwhile, is made (with Sync::full each new one is synced into the
//  one
//     above), and 5 is tried again, 16 times at most.
//  7. With Sync::full, fsync of the directory. Only now finish() returns.
//
// The rename is the only moment that others see. A process that dies before leaves a temporary file, which the next
// opening sweeps; after it, a value. Every larder process takes the lock for every change of an item, so that a
// comparison and its rename, and a rename and its entry in the index, cannot be torn apart. Other tools (joblib) rename
// without it: the next comparison sees what they did. Locks are taken in the order publish (lower stripe first), index;
// none is held while bytes move or are synced.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <larder/store.h>

#include "store/local/home.h"

namespace larder::internal {

// Keeps `home` alive. Errors of finish(): as Store::put.
std::unique_ptr<Writer> publishing_writer(const std::shared_ptr<Home>& home, const std::string& key,
                                          const PutOptions& options);

// Unlinks under the key's lock, and removes the directories that are empty then. Whether there was a value.
bool remove_value(Home& home, const std::string& key);

// Renames under both keys' locks, the lower stripe first. Error `conflict` as in a put.
bool move_value(Home& home, const std::string& from, const std::string& to);

// Under the lock of the item: renames a whole item (a key, or a directory of joblib's layout) to trash/, so that it
// vanishes at once, and then deletes it. `unless`: asked under the lock; true leaves the item. `gone`: called under the
// lock once it is out of sight. Whether it went.
bool discard_item(Home& home, const std::string& item, const std::function<bool()>& unless,
                  const std::function<void()>& gone);

// Renames the value to damaged/, with a file "why", if its etag is still this one.
bool set_value_aside(Home& home, const std::string& key, std::string_view etag, std::string_view why);

}  // namespace larder::internal
