// The directories of a store's root: opened beneath it only, links refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <larder/writer.h>

#include "io/descriptor.h"

namespace larder::internal {

// Every open is openat2(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS) below the root, which is held
// open, so that whatever happens to names above or beside, nothing outside is touched.
//
// No other directory is held: one that was removed and made anew, or that eviction renamed away, must never be read or
// written through an old descriptor. A resolution from the root costs a microsecond. Thread-safe.
class Directories {
 public:
  // `root` is a directory, `name` its path for messages.
  Directories(Descriptor root, std::string name) : root_(std::move(root)), name_(std::move(name)) {}

  // The directory "a/b" ("" is the root); nothing where it is not there. Errors: `unsafe_reference` (a link on the
  // way), `conflict` (a value on the way: keys do not nest), `io`.
  std::optional<Descriptor> find(std::string_view directory) const;
  // The same, made where it is missing; with Sync::full the directory above each new one is synced before it returns.
  Descriptor make(std::string_view directory, Sync sync) const;

  // The regular file of `key`, O_RDONLY | O_NONBLOCK; nothing where there is none. Errors as `find`, and
  // `unsafe_reference` for what is no regular file.
  std::optional<Descriptor> open_value(std::string_view key) const;

  // Removes "a/b" and then "a" where they are empty; stops at the first that is not. Who is about to rename into one of
  // them finds it gone (ENOENT) and makes it again.
  void prune(std::string_view directory) const;

  const Descriptor& root() const noexcept { return root_; }
  const std::string& name() const noexcept { return name_; }

 private:
  Descriptor root_;
  std::string name_;
};

}  // namespace larder::internal
