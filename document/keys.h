// Keys of dicts and members of sets: Python's hashing and equality, safe against hostile keys.
#pragma once

#include <optional>

#include "document/records.h"

namespace larder::internal {

// Hash of a key: equal keys (as Python compares them) have equal hashes; a NaN hashes anew each time, since it equals
// nothing. Seeded anew in each process, so that a file cannot choose its collisions. Error `malformed` for a list,
// dict, set, bytearray or array, alone or inside a tuple; `limit` for a key of more than a million parts.
std::uint64_t hash_key(Value key);

// Python's == for keys; objects are equal only to themselves, globals by name.
bool equal_keys(Value a, Value b);

// Entry with an equal key, if there is one.
std::optional<std::size_t> find_entry(const Keyed& keyed, Value key);

// Adds an entry, or replaces the value of the entry with an equal key (`value` is not used for sets). Errors as
// hash_key.
void insert_entry(Arena& arena, Keyed& keyed, Value key, Value value);

}  // namespace larder::internal
