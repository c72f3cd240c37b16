#include "formats/torch/view.h"

#include <algorithm>

#include "base/checked.h"
#include "base/text.h"

namespace larder::internal {

namespace {

std::int64_t bytes_of(std::uint64_t count, std::size_t itemsize) {
  const auto bytes = checked_mul<std::uint64_t>(count, itemsize);
  const auto fits = bytes ? checked_cast<std::int64_t>(*bytes) : std::nullopt;
  if (!fits) fail(ErrorKind::malformed, "a tensor lies ", count, " elements ahead");
  return *fits;
}

Region content_of(const Array& storage) {
  if (storage.size() == 0) return {};
  const Region region = storage.region();
  return region.slice(static_cast<std::size_t>(storage.origin() - region.data()),
                      static_cast<std::size_t>(storage.nbytes()));
}

}  // namespace

Array view_of(const Array& storage, const DType& dtype, const StorageView& view, const Limits& limits) {
  const std::size_t itemsize = dtype.itemsize();
  Strides strides;
  strides.reserve(view.strides.size());
  for (const std::uint64_t stride : view.strides) strides.push_back(bytes_of(stride, itemsize));
  const auto offset = static_cast<std::uint64_t>(bytes_of(view.offset, itemsize));
  Array array = Array::from_strides(dtype, view.shape, std::move(strides), offset, content_of(storage));
  if (array.nbytes() > std::max(storage.nbytes(), limits.bytes)) {
    fail(ErrorKind::limit, "a tensor repeats ", storage.nbytes(), " bytes until they are ", array.nbytes(),
         ", Limits::bytes allows ", limits.bytes);
  }
  return array;
}

Array part_of(const Array& storage, std::uint64_t offset, std::uint64_t count) {
  if (offset > storage.size() || count > storage.size() - offset) {
    fail(ErrorKind::malformed, "a view of ", count, " elements from ", offset, " is not inside a storage of ",
         storage.size());
  }
  const std::size_t itemsize = storage.dtype().itemsize();
  Region part = content_of(storage).slice(static_cast<std::size_t>(offset) * itemsize,
                                          static_cast<std::size_t>(count) * itemsize);
  return Array::from_region(storage.dtype(), {count}, Order::c, std::move(part));
}

}  // namespace larder::internal
