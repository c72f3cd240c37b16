// What the elements of HDF5 datasets and attributes are.
#pragma once

#include <cstdint>
#include <string>

#include <larder/array.h>
#include <larder/dtype.h>

#include "formats/hdf5/header.h"

namespace larder::internal {

// A datatype message (class 0 to 11) as numpy has it: integers, floats, h5py's bool (an enum) and complex (a compound),
// other enums as their numbers, fixed texts as bytes, opaque as raw, compounds and arrays. Texts of any length have no
// dtype: `is_text`, and each element is a reference into a heap.
struct Hdf5Type {
  DType dtype{};
  bool is_text = false;
  bool is_utf8 = false;  // of fixed texts and of any length
  std::size_t size = 0;  // of one element in the file
};

// Errors `unsupported` (references, other sequences of any length, times, unusual floats and integers), `malformed`.
Hdf5Type read_hdf5_type(Hdf5Block block);

// A dataspace message.
struct Hdf5Space {
  bool is_null = false;  // no element, and no shape either: h5py.Empty
  Shape shape{};
};
Hdf5Space read_hdf5_space(Hdf5Block block);

}  // namespace larder::internal
