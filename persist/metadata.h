// Metadata on its way into a file.
#pragma once

#include <string>
#include <string_view>

#include <larder/document.h>

namespace larder::internal {

// `values` as JSON. Error `usage` where they are no dict, or hold what JSON does not keep: what its reader gets is what
// was given.
std::string plain_json(Value values);

// The footer for `root`: `values` (a dict), the checksums of all arrays below `root`, and the compression that was
// chosen for it ("zstd:3"; empty where the caller named it). Error `usage` where `values`
// is no dict or holds what JSON does not keep, `limit` where the JSON would be larger than a reader accepts
// (Limits::text).
std::string metadata_footer(Value root, Value values, std::string_view chosen_compression);

}  // namespace larder::internal
