// The directories of a store's root: opened beneath it only, links refused.
#pragma once

#include <dirent.h>
#include <sys/stat.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <larder/writer.h>

#include "io/descriptor.h"

namespace larder::internal {

// A value that was found.
struct OpenValue {
  Descriptor file;  // to read
  struct stat status;
};

// Every open is openat2(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS) below the root, which is held
// open, so that whatever happens to names above or beside, nothing outside is touched.
//
// No other directory is held: one that was removed and made anew, or that eviction renamed away, must never be read or
// written through an old descriptor. A resolution from the root costs a microsecond. Thread-safe. Errors of all: `io`,
// `unsafe_reference` (a link on the way), `unsupported` (a system without openat2: Linux before 5.6, or a filter of
// system calls that keeps it from this process).
class Directories {
 public:
  // `root` is a directory, `name` its path for messages.
  Directories(Descriptor root, std::string name) : root_(std::move(root)), name_(std::move(name)) {}

  // The directory "a/b" ("" is the root); nothing where there is none.
  std::optional<Descriptor> find(std::string_view directory) const;
  // The same, made where it is missing; with Sync::full the directory above each new one is synced before it returns.
  // Errors `conflict` (a value is on the way, and keys do not nest), `not_found` (the root itself was removed).
  Descriptor make(std::string_view directory, Sync sync) const;

  // The regular file of `key`; nothing where there is none. Error `unsafe_reference` for what is neither a regular file
  // nor a directory.
  std::optional<OpenValue> open_value(std::string_view key) const;
  // The file "a/b", with open(2)'s flags and, where it is made, 0666; nothing where there is none.
  std::optional<Descriptor> open_file(std::string_view file, int flags) const;

  // Removes "a/b" and then "a" where they are empty; stops at the first that is not, or that cannot be removed: an
  // empty directory is no harm, and no failure of the operation that is done by then. Who is about to rename into one
  // of them finds it gone (ENOENT) and makes it again.
  void prune(std::string_view directory) const noexcept;
  // Removes the directory "a" where nothing but directories is below it: what writers that were killed, or failed, had
  // made. Whether it is gone.
  bool remove_hollow(std::string_view directory) const;

  const Descriptor& root() const noexcept { return root_; }
  const std::string& name() const noexcept { return name_; }
  // "/var/cache/a/b", for messages.
  std::string name_of(std::string_view key) const;

 private:
  void make_missing(std::string_view directory, Sync sync) const;

  Descriptor root_;
  std::string name_;
};

// Hands each name in the directory to `see`, but "." and "..", until it returns false. Names that come or go meanwhile
// may be seen or not. `name` for messages. Error `io`.
void each_entry(const Descriptor& directory, const std::string& name, const std::function<bool(const dirent&)>& see);

}  // namespace larder::internal
