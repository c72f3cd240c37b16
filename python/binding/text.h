// Texts of messages, which may quote bytes of files.
#pragma once

#include <pybind11/pybind11.h>

#include <string_view>

namespace larder::python {

// What is no UTF-8 is written as \xNN. Called with the GIL.
inline pybind11::str message_text(std::string_view text) {
  PyObject* const made = PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "backslashreplace");
  if (made == nullptr) throw pybind11::error_already_set();
  return pybind11::reinterpret_steal<pybind11::str>(made);
}

}  // namespace larder::python
