// Where the file of a key lies, and what is there.
#pragma once

#include <optional>
#include <string>

#include <larder/store.h>

#include "store/local/directories.h"

namespace larder::internal {

// The directory of a file, held open for one change, and the file's name in it.
struct Place {
  const Descriptor* root;           // borrowed
  std::optional<Descriptor> below;  // where the file does not lie in the root itself
  std::string name;

  const Descriptor& directory() const noexcept { return below ? *below : *root; }
};

// Nothing where the directory is not there. Errors of Directories::find.
std::optional<Place> find_place(const Directories& directories, std::string_view file);

// What is known of the value of `key`; nothing where there is none. Errors of Directories::open_value and seal_of.
std::optional<Stat> look_at(const Directories& directories, std::string_view key);

}  // namespace larder::internal
