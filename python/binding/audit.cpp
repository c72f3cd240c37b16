// What a Python loader would do with a file, found out without doing it.
#include <memory>
#include <string>

#include <pybind11/stl.h>

#include <larder/audit.h>

#include "python/binding/errors.h"
#include "python/binding/interrupt.h"
#include "python/binding/parts.h"
#include "python/binding/python_file.h"

namespace py = pybind11;

namespace larder::python {

namespace {

Audit run(const py::object& file, std::size_t most_findings, int threads) {
  AuditOptions options;
  options.most_findings = most_findings;
  options.threads = threads;
  std::unique_ptr<Reader> reader;
  if (py::isinstance<py::str>(file)) {
    const std::string path = py::cast<std::string>(py::module_::import("os").attr("fsencode")(file));
    options.companions_of = path;
    reader = open_file(path);
  } else {
    reader = std::make_unique<PythonReader>(file);
  }
  const py::gil_scoped_release unlocked;
  const auto source = interruptible_reader(*reader);
  return audit(*source, options);
}

}  // namespace

void bind_audit(py::module_& module) {
  py::class_<Finding>(module, "Finding", "One thing that a loader would do.")
      .def_property_readonly("kind", [](const Finding& finding) { return name_of(finding.kind); })
      .def_property_readonly("verdict", [](const Finding& finding) { return name_of(finding.verdict); })
      .def_readonly("rule", &Finding::rule)
      .def_readonly("reason", &Finding::reason)
      .def_readonly("name", &Finding::name)
      .def_readonly("detail", &Finding::detail)
      .def_readonly("object", &Finding::object)
      .def_readonly("stream", &Finding::stream)
      .def_readonly("offset", &Finding::offset)
      .def("__repr__", [](const Finding& finding) {
        return "<larder.Finding " + std::string(name_of(finding.verdict)) + ": " + std::string(name_of(finding.kind)) +
               " of " + finding.name + ">";
      });
  py::class_<Audit>(module, "Audit", "All that a loader would do with a file, and a verdict.")
      .def_property_readonly("verdict", [](const Audit& audit) { return name_of(audit.verdict); })
      .def_readonly("findings", &Audit::findings)
      .def_readonly("names", &Audit::names)
      .def_readonly("imports", &Audit::imports)
      .def_readonly("calls", &Audit::calls)
      .def_readonly("states", &Audit::states)
      .def_readonly("persistent_ids", &Audit::persistent_ids)
      .def_readonly("dangerous", &Audit::dangerous)
      .def_readonly("omitted", &Audit::omitted)
      .def_readonly("objects", &Audit::objects)
      .def_readonly("formats", &Audit::formats)
      .def_readonly("codecs", &Audit::codecs)
      .def_readonly("decoded_bytes", &Audit::decoded_bytes)
      .def_readonly("checked_arrays", &Audit::checked_arrays)
      .def_readonly("checksummed", &Audit::checksummed)
      .def_property_readonly(
          "error", [](const Audit& audit) { return audit.error ? exception_of(*audit.error) : py::none(); },
          "Why the file could not be read to its end, or None.")
      .def("__repr__", [](const Audit& audit) {
        return "<larder.Audit " + std::string(name_of(audit.verdict)) + ": " + std::to_string(audit.names.size()) +
               " names, " + std::to_string(audit.dangerous) + " dangerous>";
      });
  module.def("audit", &run, py::arg("file"), py::arg("most_findings"), py::arg("threads"));
}

}  // namespace larder::python
