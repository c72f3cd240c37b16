#include <larder/load.h>

#include <algorithm>

#include "base/checked.h"
#include "base/text.h"
#include "formats/npy_header.h"

namespace larder {

Array create_npy(const Path& path, const DType& dtype, const Shape& shape, Order order) {
  if (dtype.has_object()) internal::fail(ErrorKind::usage, "arrays of Python objects cannot be mapped");
  const auto header = internal::npy_header(dtype, shape, order);
  const auto size = internal::checked_add(checked_nbytes(shape, dtype.itemsize()), std::uint64_t{header.size()});
  if (!size) internal::fail(ErrorKind::limit, "the array is too large");
  Region region = create_mapped_file(path, *size);
  std::ranges::copy(as_bytes(header), region.mutable_bytes().begin());
  return Array::from_region(dtype, shape, order, region.slice(header.size(), region.size() - header.size()));
}

}  // namespace larder
