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

// `below`, whose values are kept in `directory` as they are got. A get asks `below` for the key's Stat; where the
// directory has the value with that etag, its bytes come from there, else all of them are fetched into it first, once
// among all threads and processes. A get of a range of what is not there passes by the directory. Puts and all else go
// to `below`; nothing is cached by a put.
//
// Capabilities: those of `below`, and `mappable`; `snapshots` where a value is cached. Any number of stores and
// processes share one directory. Where it is full, damaged or not writable, values come from `below` as if there
// were none, and `warn`, where set, hears why, once. Thread-safe. Errors: those of local_store and of `below`.
LARDER_API std::unique_ptr<Store> cached_store(std::unique_ptr<Store> below, const Path& directory,
                                               const CacheOptions& options = {},
                                               std::function<void(std::string_view)> warn = {});

}  // namespace larder
