// Deleting what is out of sight already: in trash/, or half-made in damaged/.
#pragma once

#include <string>

#include "io/descriptor.h"

namespace larder::internal {

// Removes the file or directory `name` of `directory`, and all that is below it; links are removed, not followed. What
// is gone already is fine: several may delete the same. Directories found on the way are moved up into `directory`
// first, so that any depth takes one open directory and no recursion. Error `io`.
void delete_tree(const Descriptor& directory, const std::string& name);

}  // namespace larder::internal
