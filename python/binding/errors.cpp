// larder::Error becomes an exception of larder.errors, whoever throws it.
#include <exception>

#include <larder/error.h>

#include "python/binding/parts.h"

namespace py = pybind11;

namespace larder::python {

namespace {

void raise(const Error& error) {
  const py::object made = py::module_::import("larder.errors")
                              .attr("make")(py::str(std::string(name_of(error.kind()))), py::str(error.what()),
                                            py::str(error.message()), error.os_error());
  PyErr_SetObject(py::type::handle_of(made).ptr(), made.ptr());
}

}  // namespace

void bind_errors(py::module_&) {
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      std::rethrow_exception(thrown);
    } catch (const Error& error) {
      raise(error);
    }
  });
}

}  // namespace larder::python
