// Values as Python's objects, without importing or calling anything that a file names.
#pragma once

#include <pybind11/pybind11.h>

#include <larder/document.h>

namespace larder::python {

// The root as plain data, numpy arrays and scalars, larder.Global for references to classes and functions,
// larder.Object for what Python would make by calling them. What was shared stays shared, cycles included; arrays share
// their bytes. Does not recurse. Called with the GIL; an interruption is thrown. Error `unsupported` for a frozenset
// that holds itself.
pybind11::object to_python(const Document& document);

}  // namespace larder::python
