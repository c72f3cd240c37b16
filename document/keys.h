// Keys of dicts and members of sets: Python's hashing and equality, safe against hostile keys.
#pragma once

#include <cstdint>

#include <larder/document.h>

namespace larder::internal {

// Hash of a key: equal keys (as Python compares them) have equal hashes; a NaN hashes anew each time, since it equals
// nothing. Seeded anew in each process, so that a file cannot choose its collisions. Error `malformed` for a list,
// dict, set, bytearray or array, alone or inside a tuple; `limit` for a key of more than a million parts.
std::uint64_t hash_key(Value key);

// The errors of hash_key, without the work where there is none.
void require_hashable(Value key);

// A member's hash as it is summed up in the hash of its set.
std::uint64_t spread(std::uint64_t hash);

// Python's == for keys; objects are equal only to themselves, globals by name.
bool equal_keys(Value a, Value b);

}  // namespace larder::internal
