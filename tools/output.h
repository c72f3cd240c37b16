// Where a subcommand's result goes: a file that appears when it is complete, or standard output.
#pragma once

#include <memory>
#include <string>

#include <larder/writer.h>

#include "tools/interrupt.h"

namespace larder::tools {

// Ctrl-C while one exists leaves no unfinished file behind.
class Output {
 public:
  // name: "-" for standard output. Errors: as create_file; `usage` where standard output is a terminal.
  Output(const std::string& name, const FileOptions& options);

  Writer& writer() noexcept { return *writer_; }

  // Publishes the file; of standard output, passes on what is buffered.
  void finish();

 private:
  InterruptGuard guard_;
  std::unique_ptr<Writer> writer_;
};

// How messages call the file `name`: "-" is "<stdout>".
std::string output_name(const std::string& name);

}  // namespace larder::tools
