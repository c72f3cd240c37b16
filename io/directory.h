// The directory that a file lies in: opens what lies beside the file, and nothing else.
#pragma once

#include <memory>
#include <string_view>

#include <larder/bytes.h>
#include <larder/reader.h>

#include "io/descriptor.h"

namespace larder::internal {

// Whether `name` is one part of a path: not empty, "." or "..", without "/", "\\" and NUL. Thread-safe.
bool is_plain_name(std::string_view name);

// Names that a file gives are not to be trusted: they could lead anywhere. Thread-safe.
class Directory {
 public:
  // The directory of the file at `path`, held open from now on, whatever it is called later. Errors `not_found`, `io`.
  explicit Directory(const Path& file);

  // Opens the regular file `name` of this directory, never waiting for it. Errors: `unsafe_reference` for what is no
  // plain name, for the file itself, for links, hard ones too, and for all that is no regular file; `not_found`, naming
  // both files; `io`.
  std::unique_ptr<Reader> open(std::string_view name) const;

 private:
  Path file_;
  Descriptor directory_;
};

}  // namespace larder::internal
