// What lies in one directory: its entries one by one, and the files that they name.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <dirent.h>

#include "io/descriptor.h"

namespace larder::internal {

enum class EntryKind { file, directory, other };  // other: links, devices, FIFOs, sockets

// Not thread-safe. One buffer of the system's, however many entries there are.
class DirectoryEntries {
 public:
  // `directory` is open for reading; `name` for messages. Error `io`.
  DirectoryEntries(Descriptor directory, std::string name);

  struct Entry {
    std::string name;
    EntryKind kind;
  };
  // Nothing at the end, and where the directory was removed meanwhile. Error `io`.
  std::optional<Entry> next();

  // The directory, for opening what lies in it.
  int descriptor() const noexcept { return ::dirfd(directory_.get()); }
  const std::string& name() const noexcept { return name_; }

 private:
  struct Close {
    void operator()(DIR* directory) const noexcept { static_cast<void>(::closedir(directory)); }
  };
  EntryKind kind_of(const dirent& entry) const;

  std::unique_ptr<DIR, Close> directory_;
  std::string name_;
};

// openat(2) of one plain name, never through a link, with O_CLOEXEC, O_NOCTTY and O_NONBLOCK added; nothing where it is
// not there, or is a link, or, with O_DIRECTORY, no directory. Error `io`.
std::optional<Descriptor> open_entry(int directory, const std::string& entry, int flags, std::string_view shown);

}  // namespace larder::internal
