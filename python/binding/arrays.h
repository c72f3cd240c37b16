// Arrays as numpy's, sharing their bytes: through the buffer protocol and numpy's Python interface, so that one build
// fits every version of numpy. All of it is called with the GIL.
#pragma once

#include <pybind11/pybind11.h>

#include <larder/array.h>

namespace larder::python {

// The array with these very bytes, which live as long as it does; writable where they are. The small floats that numpy
// has not are those of ml_dtypes where that is imported already, else raw bytes.
pybind11::object to_numpy(const Array& array);

// numpy's dtype.
pybind11::object to_numpy(const DType& dtype);

// A new array of Python objects, all None, contiguous; and putting as many of them as it has elements into it.
pybind11::object empty_object_array(const Shape& shape);
void fill_object_array(const pybind11::object& array, const pybind11::list& elements);

// The elements of a numpy array where they lie, as raw bytes of their size: for those who move them and do not look at
// them. Borrows: the array must live.
Array elements_of(const pybind11::handle& array);

// Bytes that Python may look at, through the buffer protocol, for as long as it likes: larder._core.SharedBytes.
pybind11::object shared_bytes(Region region);

}  // namespace larder::python
