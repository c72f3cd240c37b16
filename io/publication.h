// Publishing: a file appears under its name whole and at once, or not at all.
//
// 1. A temporary file is created in the target's directory: O_EXCL, 128 random bits in its name (".larder-<hex>").
// 2. The owner writes it.
// 3. publish(): the mode of the file that is replaced, fsync of the file, a checked close, rename over the target,
// fsync of the directory.
//
// Until the rename the target is untouched; the rename is atomic; the two fsyncs make content and name survive a power
// cut, in that order; Sync::data leaves out the second, Sync::none both. A failed fsync is never repeated: the kernel
// has already dropped the pages, and a second call would claim success. A process that is killed leaves the temporary
// file behind, and nothing else.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include <larder/writer.h>

#include "io/descriptor.h"
#include "io/temporary_file.h"

namespace larder::internal {

// What stands at a path that is to be written.
struct Target {
  Path path;                   // the file itself, links followed
  std::optional<mode_t> mode;  // permissions of the regular file that is there, if one is
  bool direct = false;         // a FIFO, device or socket: there is nothing to publish
};

// Errors `usage` (a directory, or no file name), `io`.
Target find_target(const Path& path);

// A temporary file on its way to its target. Destroyed before publish(), it is removed. Not thread-safe.
class Publication {
 public:
  // Errors `not_found` (no such directory), `io`.
  explicit Publication(Target target);

  // Open for reading and writing.
  int descriptor() const noexcept { return file_.descriptor(); }

  // The target, for messages.
  const std::string& name() const noexcept { return target_.path.native(); }

  // At most once. Error `io` leaves the old file in place; `unknown_outcome`: the new one is in place, but the
  // directory could not be synced.
  void publish(Sync sync);

 private:
  Target target_;
  Descriptor directory_;
  TemporaryFile file_;
};

}  // namespace larder::internal
