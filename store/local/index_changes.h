// What is done to an index: finding, putting, using and removing one item, and making it whole again.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <larder/eviction.h>

#include "store/local/index_file.h"

namespace larder::internal {

// All of these: under the index's lock. Error `malformed` where the index makes no sense.

std::uint64_t hash_of_item(std::string_view name) noexcept;

// Its slot; no_slot where there is no such item.
std::uint32_t find_item(const IndexFile& index, std::string_view name);

// Whether there is a slot, and room for any name, for so many more items.
bool has_room(const IndexFile& index, std::uint32_t items);

// Does the change, such that a process that is killed in the middle is found out, and its change done by finish_change.
// Needs has_room(index, 1) for a put.
void make_change(const IndexFile& index, const IndexChange& change);

// Of an index that is being made: a further slot with these values. `relink` when all are there.
void append(const IndexFile& index, const IndexSlot& values, std::string_view name);
// The units that a name takes there.
std::uint32_t room_for(std::string_view name);

// Makes table, list, heap and counts from the slots. Error `malformed` where a slot makes no sense.
void relink(const IndexFile& index);

// Whether a process was killed during a change. Then `relink`, and the change is done again.
bool finish_change(const IndexFile& index);

// Puts by another policy from now on. Whoever is killed here leaves work to finish_change.
void set_policy(const IndexFile& index, EvictionPolicy policy);

// The slots that are in use, the least recent first.
std::vector<std::uint32_t> slots_in_order(const IndexFile& index);

}  // namespace larder::internal
