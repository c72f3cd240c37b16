// Copying the elements of any layout into contiguous bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include <larder/array.h>

namespace larder::internal {

// Elements in a Region: element [0,...] at byte `offset`, the next one of axis i `strides[i]` bytes away. All of them
// must lie inside.
struct Layout {
  std::vector<std::uint64_t> lengths;
  std::vector<std::int64_t> strides;
  std::uint64_t offset = 0;
  std::size_t itemsize = 0;
};

// The same elements in the same sequence (last axis fastest) with as few axes as possible: those of one element are
// dropped, and an axis that continues its neighbour is joined with it. Only for layouts that have elements.
Layout simplified(const Layout& layout);

// Copies the elements [first, first + out.size() / itemsize), counted with the last axis fastest, to `out`. `layout` is
// simplified. Mapped regions are read through Region::read: Error `io` where their file was cut short.
void copy_layout(const Region& region, const Layout& layout, std::uint64_t first, MutableBytes out);

// The bytes of the array's elements as a file has them (in the array's storage order), from `offset` on; all are
// inside. An offset in the middle of an element is fine. Errors as above.
void copy_bytes(const Array& array, std::uint64_t offset, MutableBytes out);

}  // namespace larder::internal
