// When keys were last used, for a bucket whose server does not keep that: objects in PREFIX.larder/accesses/.
//
//   a-<16 hex: ns since 1970>-<32 hex, of no other object>   what one process used in up to a minute
//   s-<16 hex>-<32 hex>                                      many of those, merged
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

inline constexpr std::string_view accesses_folder = ".larder/accesses/";

// The lines of one object, and back. Error `malformed` naming the line.
using Accesses = std::map<std::string, StoreTime, std::less<>>;
std::string format_accesses(const Accesses& accesses);
Accesses parse_accesses(std::string_view text);

// Thread-safe. Memory: for each key that was ever used and is still there.
class AccessLog {
 public:
  // Writes nothing where the bucket is read_only.
  explicit AccessLog(std::shared_ptr<Bucket> bucket);
  ~AccessLog();  // writes what is gathered; an error is dropped
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  // Remembers that `key` was used now; every 4096 keys or 60 s what was gathered is written, by the thread that uses.
  // Never an Error: what cannot be written stays gathered, for a minute later.
  void used(std::string_view key);
  void forget(std::string_view key);
  // The last use as far as this process knows it: since the value was put, whoever did.
  StoreTime last(std::string_view key, StoreTime modified) const;
  // Writes what is gathered, reads what other processes wrote since the last time; merges where there are more than 64
  // objects. Before a listing with details, and before eviction. Errors: those of Bucket; `malformed`, naming the
  // object.
  void refresh();
  // In the server's time, so that hosts agree; later than any time that it gave before.
  StoreTime now();

 private:
  struct State;
  void write();
  bool read_new();
  void merge();

  std::unique_ptr<State> state_;
};

}  // namespace larder::internal::s3
