// The parts of larder._core: each file adds its classes and functions to the module.
#pragma once

#include <pybind11/pybind11.h>

namespace larder::python {

void bind_arrays(pybind11::module_& module);
void bind_audit(pybind11::module_& module);
void bind_codec_file(pybind11::module_& module);
void bind_dump(pybind11::module_& module);
void bind_errors(pybind11::module_& module);
void bind_load(pybind11::module_& module);
void bind_stores(pybind11::module_& module);
void bind_streams(pybind11::module_& module);

}  // namespace larder::python
