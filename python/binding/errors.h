// larder::Error in Python. Bindings let it pass: a translator makes it an exception of larder.errors, whoever throws
// it.
#pragma once

#include <pybind11/pybind11.h>

#include <larder/error.h>

namespace larder::python {

// The exception itself, for those who keep it. Called with the GIL.
pybind11::object exception_of(const Error& error);

}  // namespace larder::python
