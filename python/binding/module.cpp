#include "python/binding/parts.h"

PYBIND11_MODULE(_core, module) {
  using namespace larder::python;
  module.doc() = "What larder's Python package has in C++; its parts are documented where they are made public.";
  module.attr("version") = LARDER_VERSION;
  bind_errors(module);
  bind_arrays(module);
  bind_audit(module);
  bind_dump(module);
  bind_load(module);
  bind_streams(module);
  bind_codec_file(module);
  bind_stores(module);
}
