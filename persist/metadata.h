// Metadata on its way into a file.
#pragma once

#include <string>

#include <larder/document.h>

namespace larder::internal {

// The footer for `root`: `values` (a dict) and the checksums of all arrays below `root`. Error `usage` where `values`
// is no dict or holds what JSON does not keep, `limit` where the JSON would be larger than a reader accepts
// (Limits::text).
std::string metadata_footer(Value root, Value values);

}  // namespace larder::internal
