// The heap of an index: which item goes first under EvictionPolicy::cheapest.
#pragma once

#include <cstdint>
#include <string_view>

#include "store/local/index_file.h"

namespace larder::internal {

// Items of the least priority come first, of equal ones the least recently used. Each O(log n), but for heap_all.

void heap_add(const IndexFile& index, std::uint32_t slot);
void heap_remove(const IndexFile& index, std::uint32_t slot);
// Its priority or sequence is another one by now.
void heap_moved(const IndexFile& index, std::uint32_t slot);
// Puts the first `size` slots of the heap, in any order until now, into their order. O(n).
void heap_all(const IndexFile& index, std::uint32_t size);

// The first item that is not `except` (a slot, or no_slot); no_slot where there is none.
std::uint32_t heap_first(const IndexFile& index, std::uint32_t except);

}  // namespace larder::internal
