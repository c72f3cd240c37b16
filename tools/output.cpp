#include "tools/output.h"

#include <unistd.h>

#include "base/text.h"

namespace larder::tools {

namespace {

std::unique_ptr<Writer> standard_output() {
  if (::isatty(STDOUT_FILENO) == 1) {
    internal::fail(ErrorKind::usage, "binary data is not written to a terminal; name a file or redirect the output");
  }
  return fd_writer(STDOUT_FILENO, "<stdout>");
}

}  // namespace

Output::Output(const std::string& name, const FileOptions& options)
    : writer_(name == "-" ? standard_output() : create_file(name, options)) {}

void Output::finish() {
  throw_if_interrupted();
  writer_->finish();
}

std::string output_name(const std::string& name) { return name == "-" ? "<stdout>" : name; }

}  // namespace larder::tools
