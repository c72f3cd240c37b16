// Views of a storage: what tensors are.
#pragma once

#include <cstdint>
#include <vector>

#include <larder/array.h>
#include <larder/limits.h>

namespace larder::internal {

// Where a tensor lies in a storage; offset and strides count elements of the tensor.
struct StorageView {
  std::uint64_t offset = 0;
  Shape shape;
  std::vector<std::uint64_t> strides;
};

// The elements of that view, sharing the bytes of `storage` (one axis, contiguous). Errors: `malformed` for a view
// outside them, `limit` for one that repeats them until a copy would be beyond Limits::bytes.
Array view_of(const Array& storage, const DType& dtype, const StorageView& view, const Limits& limits);

// The `count` elements of `storage` from `offset`, as a storage. Error `malformed` outside.
Array part_of(const Array& storage, std::uint64_t offset, std::uint64_t count);

}  // namespace larder::internal
