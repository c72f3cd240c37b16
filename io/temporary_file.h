// A file without a name that anybody looks for, on its way to one: what publishing is made of.
//
// `Publication` (a temporary file beside its target, for paths) and the local store (one directory for all temporary
// files) both publish through this class, so that the order of syncs, the checked close and the rule that a failed
// fsync is never repeated are written once.
#pragma once

#include <sys/types.h>

#include <string>

#include <larder/writer.h>

#include "io/descriptor.h"

namespace larder::internal {

// What renaming does with a file that has the name already.
enum class Existing { replace, keep };

// Not thread-safe.
class TemporaryFile {
 public:
  // Creates `name` in `directory` (borrowed, must outlive it): O_EXCL, O_NOFOLLOW. `target`: what it will become, for
  // messages. Errors `io`, `not_found` (the directory was removed).
  TemporaryFile(const Descriptor& directory, std::string name, std::string target, mode_t mode = 0666);
  // Removes it, unless it was renamed.
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  // Open for reading and writing until `complete`.
  int descriptor() const noexcept { return file_.number(); }
  const std::string& target() const noexcept { return target_; }

  // fsync (unless Sync::none) and a checked close; once. Error `io`: the file is not to be used.
  void complete(Sync sync);

  // Gives it its name in `directory`, which may be another one of the same file system; after `complete`, until it
  // returns true. False where the name is taken and is to be kept (renameat2 RENAME_NOREPLACE). Errors `io`,
  // `not_found` (the directory is gone, and renaming may be tried again into another one; or the file is).
  bool rename_into(const Descriptor& directory, const std::string& name, Existing existing);

  // Whether it is still there under its own name: somebody may have removed it.
  bool is_there() const;
  // It has another name already, or none: nothing is removed.
  void forget() noexcept { name_.clear(); }

 private:
  const Descriptor& directory_;
  std::string name_;  // empty once it is renamed
  std::string target_;
  Descriptor file_;
};

// fsync of a directory, so that the names in it survive a power cut. A file system whose directories need none (EINVAL)
// is fine. Error `unknown_outcome` naming `published`, which is in place.
void sync_directory(const Descriptor& directory, const std::string& published);

// 32 hexadecimal digits of the system's random bits. Error `io`.
std::string random_digits();

}  // namespace larder::internal
