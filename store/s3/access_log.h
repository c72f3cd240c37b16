// When keys were last used, for a bucket whose server does not keep that: objects in PREFIX.larder/accesses/.
//
//   a-<16 hex: ns since 1970>-<32 hex: session>-<hex: number>   what one process used in up to a minute
//   s-<16 hex>-<32 hex>-<hex>                                   many of those, merged
//   bytes: "larder accesses 1\n", then lines "<16 hex: ns> <key, blanks escaped>\n"
//
// The last use of a key is the latest that any object tells, so that merging twice, or again, changes nothing: whoever
// merges writes the new object first and then removes those that it read. No lock.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <larder/store.h>

#include "store/s3/bucket.h"

namespace larder::internal::s3 {

// Thread-safe.
class AccessLog {
 public:
  explicit AccessLog(std::shared_ptr<Bucket> bucket);
  ~AccessLog();  // writes what is gathered; an error is dropped
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  // Remembers that `key` was used now; every 4096 keys or 60 s what was gathered is written (by the thread that uses).
  void used(std::string_view key);
  void forget(std::string_view key);
  // The last use as far as this process knows it.
  StoreTime last(std::string_view key, StoreTime modified) const;
  // Writes what is gathered, reads what other processes wrote since the last time; merges where there are more than 64
  // objects. Before a listing with details, and before eviction.
  void refresh();
  // In the server's time, so that hosts agree; later than any time that it gave before.
  StoreTime now();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace larder::internal::s3
