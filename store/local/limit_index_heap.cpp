#include "store/local/limit_index_heap.h"

#include <utility>

namespace larder::internal {

namespace {

bool goes_before(const IndexFile& index, std::uint32_t a, std::uint32_t b) {
  const IndexSlot& first = index.slot(a);
  const IndexSlot& second = index.slot(b);
  if (first.priority != second.priority) return first.priority < second.priority;
  return first.sequence < second.sequence;
}

void set_place(const IndexFile& index, std::uint32_t place, std::uint32_t slot) {
  index.heap(place) = slot;
  index.slot(slot).heap_place = place;
}

std::uint32_t place_of_slot(const IndexFile& index, std::uint32_t slot) {
  const std::uint32_t place = index.slot(slot).heap_place;
  if (place >= index.header().heap_size || index.heap(place) != slot) fail_index("an item is not in its heap");
  return place;
}

// Places never exceed the capacity (2^30), so that their doubles fit.
void sift_up(const IndexFile& index, std::uint32_t place) {
  const std::uint32_t slot = index.heap(place);
  while (place > 0) {
    const std::uint32_t above = (place - 1) / 2;
    if (!goes_before(index, slot, index.heap(above))) break;
    set_place(index, place, index.heap(above));
    place = above;
  }
  set_place(index, place, slot);
}

void sift_down(const IndexFile& index, std::uint32_t place) {
  const std::uint32_t size = index.header().heap_size;
  const std::uint32_t slot = index.heap(place);
  for (std::uint32_t below = 2 * place + 1; below < size; below = 2 * place + 1) {
    if (below + 1 < size && goes_before(index, index.heap(below + 1), index.heap(below))) ++below;
    if (!goes_before(index, index.heap(below), slot)) break;
    set_place(index, place, index.heap(below));
    place = below;
  }
  set_place(index, place, slot);
}

}  // namespace

void heap_add(const IndexFile& index, std::uint32_t slot) {
  const std::uint32_t place = index.header().heap_size;
  set_place(index, place, slot);
  index.header().heap_size = place + 1;
  sift_up(index, place);
}

void heap_remove(const IndexFile& index, std::uint32_t slot) {
  const std::uint32_t place = place_of_slot(index, slot);
  const std::uint32_t last = index.header().heap_size - 1;
  index.header().heap_size = last;
  if (place == last) return;
  const std::uint32_t moved = index.heap(last);
  set_place(index, place, moved);
  heap_moved(index, moved);
}

void heap_moved(const IndexFile& index, std::uint32_t slot) {
  const std::uint32_t place = place_of_slot(index, slot);
  sift_up(index, place);
  sift_down(index, place_of_slot(index, slot));
}

void heap_all(const IndexFile& index, std::uint32_t size) {
  index.header().heap_size = size;
  for (std::uint32_t place = 0; place < size; ++place) index.slot(index.heap(place)).heap_place = place;
  for (std::uint32_t place = size / 2; place-- > 0;) sift_down(index, place);
}

std::uint32_t heap_first(const IndexFile& index, std::uint32_t except) {
  const std::uint32_t size = index.header().heap_size;
  if (size == 0) return no_slot;
  if (index.heap(0) != except) return index.heap(0);
  if (size == 1) return no_slot;
  return size > 2 && goes_before(index, index.heap(2), index.heap(1)) ? index.heap(2) : index.heap(1);
}

}  // namespace larder::internal
