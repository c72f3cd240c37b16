// CachedStore: a store far away with a directory of this machine in front.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include <larder/bytes.h>
#include <larder/export.h>
#include <larder/store.h>

namespace larder {

struct CacheOptions {
  // What the directory may hold; the least recently used go first. Kept in it, as the limits of any LocalStore; nothing
  // given: what it has. A value that alone is larger is not cached.
  std::optional<std::uint64_t> bytes{};
};

// `below`, whose values are kept in `directory`, a LocalStore, as they are got. A get asks `below` for the key's Stat;
// where the directory has that version of the value (etag, size and time), its bytes come from there, else all of them
// are fetched into it first, once among all threads and processes. What is not there is got from `below` alone where
// little of it is wanted (GetOptions::range, GetOptions::sparse: load_array), or where it is to be verified. Puts and
// all else go to `below`; nothing is cached by a put.
//
// Capabilities: those of `below`, and `mappable`. Any number of stores, and processes, share one directory; `larder
// store verify` finds damage in it. Where it becomes full, damaged or read-only, values come from `below` as if there
// were no cache, and `warn`, where set, hears why, once. Thread-safe. Errors: those of local_store, also where the
// directory cannot be written from the start; those of `below`; `not_built` in a build without xxhash.
LARDER_API std::unique_ptr<Store> cached_store(std::unique_ptr<Store> below, const Path& directory,
                                               const CacheOptions& options = {},
                                               std::function<void(std::string_view)> warn = {});

}  // namespace larder
