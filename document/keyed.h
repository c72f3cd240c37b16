// Entries of dicts and members of sets: finding, adding, and settling what a loader added.
//
// A loader appends entries as they come. Only at the first use are they hashed, duplicates replaced, and the index made
// (they are settled): most dicts of a file are never asked anything.
#pragma once

#include <optional>
#include <span>

#include "document/records.h"

namespace larder::internal {

// The entry with an equal key, if there is one. Errors as hash_key.
std::optional<std::size_t> find_entry(const Keyed& keyed, Value key);

// Adds an entry, or replaces the value of the entry with an equal key (`value` is not used for sets). Errors as
// hash_key; then nothing is added.
void insert_entry(Arena& arena, Keyed& keyed, Value key, Value value);

// Removes a settled dict's entry with an equal key; whether there was one. The others keep their order, which takes
// time in proportion to their number. Errors as hash_key.
bool erase_entry(Keyed& keyed, Value key);

// Adds what SETITEMS adds to `dict`: keys and values in turn, as if inserted one after another. They stay unsettled.
// `arena` is the dict's own. Errors as hash_key, at once; then none is added.
void append_entries(Arena& arena, Value dict, std::span<const Value> pairs);

}  // namespace larder::internal
