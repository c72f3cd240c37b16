// root/.larder/store: that a directory is a store, and of which version.
#pragma once

#include "store/local/directories.h"
#include "store/local/session.h"

namespace larder::internal {

// Checks the header, where there is one. Errors: `unsupported` (a later version), `malformed`, `io`.
void check_header(const Directories& directories);
// The same; writes the header where it is missing.
void make_header(const Directories& directories, Session& session);

// Whether the file system can refuse to rename over a file that is there; tried with a file of the session. Error `io`.
bool can_keep_existing(const Directories& directories, Session& session);

}  // namespace larder::internal
