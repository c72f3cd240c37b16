// Arrays as numpy's, sharing their bytes. All of it is called with the GIL.
#pragma once

#include <pybind11/numpy.h>

#include <larder/array.h>

namespace larder::python {

// The array with these very bytes, which live as long as it does; writable where they are. The small floats that numpy
// has not are those of ml_dtypes where that is imported already, else raw bytes.
pybind11::array to_numpy(const Array& array);

// numpy's dtype; one object for equal dtypes.
pybind11::dtype to_numpy(const DType& dtype);

// The elements where they lie, as raw bytes of their size: for those who move them and do not look at them. Borrows:
// the array must stay as it is.
Array elements_of(const pybind11::array& array);

}  // namespace larder::python
