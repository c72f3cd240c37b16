#include "python/binding/errors.h"

#include <exception>

#include "python/binding/parts.h"
#include "python/binding/text.h"

namespace py = pybind11;

namespace larder::python {

namespace {

void raise(const Error& error) {
  const py::object made = exception_of(error);
  PyErr_SetObject(py::type::handle_of(made).ptr(), made.ptr());
}

}  // namespace

py::object exception_of(const Error& error) {
  return py::module_::import("larder.errors")
      .attr("make")(name_of(error.kind()), message_text(error.what()), message_text(error.message()), error.os_error());
}

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
