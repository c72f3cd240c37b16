// The subcommands of `larder store`: what each is told, and what it does. Exit status and messages as in
// tools/commands.h; Status::check_failed where there is no such key, a condition does not hold, or a value is damaged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <larder/eviction.h>

#include "tools/console.h"
#include "tools/store_opening.h"

namespace larder::tools {

// ls: keys, one a line.
struct StoreListOptions {
  StoreChoice store;
  std::string prefix;
  bool details = false;
  bool json = false;
};
Status store_list(const StoreListOptions& options, Console& console);

// put: a file becomes the value of a key.
struct StorePutOptions {
  StoreChoice store;
  std::string key;
  std::string file;
  bool if_absent = false;
  std::optional<std::string> if_match;  // an etag
  std::vector<std::string> metadata;    // each "name=text"
  std::optional<double> cost;           // seconds
  bool quiet = false;
};
Status store_put(const StorePutOptions& options, Console& console);

// get: the value of a key becomes a file.
struct StoreGetOptions {
  StoreChoice store;
  std::string key;
  std::string file = "-";
  ByteRange range;
  std::optional<std::string> array;  // the path of one array of the value, which alone is got
  bool verify = false;
  Sync sync = Sync::full;  // of the file
  bool quiet = false;
};
Status store_get(const StoreGetOptions& options, Console& console);
// "none", "full". Error `usage`.
Sync parse_file_sync(std::string_view text);
// "A-B" are the bytes A to B, both included, "A-" those from A on. Error `usage`.
ByteRange parse_byte_range(std::string_view text);

// mv, rm, touch: keys, without their bytes.
struct StoreMoveOptions {
  StoreChoice store;
  std::string from;
  std::string to;
};
Status store_move(const StoreMoveOptions& options, Console& console);
struct StoreKeysOptions {
  StoreChoice store;
  std::vector<std::string> keys;
};
Status store_remove(const StoreKeysOptions& options, Console& console);
Status store_touch(const StoreKeysOptions& options, Console& console);

// stat: what is known of the value of a key; of the store, where no key is given.
struct StoreStatOptions {
  StoreChoice store;
  std::optional<std::string> key;
  bool json = false;
};
Status store_stat(const StoreStatOptions& options, Console& console);

// why: what became of a key.
struct StoreWhyOptions {
  StoreChoice store;
  std::string key;
  bool json = false;
};
Status store_why(const StoreWhyOptions& options, Console& console);

// verify: reads all values and compares their checksums.
struct StoreVerifyOptions {
  StoreChoice store;
  std::string prefix;
  bool set_aside = false;
  bool json = false;
  bool quiet = false;
};
Status store_verify(const StoreVerifyOptions& options, Console& console);

// evict: removes items until the limits hold; those of the store, where none is given.
struct StoreEvictOptions {
  StoreChoice store;
  StoreLimits limits;
  EvictionPolicy policy = EvictionPolicy::least_recent;
  bool json = false;
  bool quiet = false;
};
Status store_evict(const StoreEvictOptions& options, Console& console);

// damaged: the values that were set aside.
struct StoreDamagedOptions {
  StoreChoice store;
  std::vector<std::string> discard;  // names of values to be deleted; none: they are listed
  bool json = false;
};
Status store_damaged(const StoreDamagedOptions& options, Console& console);

// limit: the limits that every put keeps to; shows them, sets them where settings are given.
struct StoreLimitOptions {
  StoreChoice store;
  std::vector<std::string> settings;  // "bytes=10G"
  bool json = false;
};
Status store_limit(const StoreLimitOptions& options, Console& console);

// rebuild: makes the index anew.
struct StoreRebuildOptions {
  StoreChoice store;
};
Status store_rebuild(const StoreRebuildOptions& options, Console& console);

}  // namespace larder::tools
