// Metadata of files that have no place for it behind their object: as JSON in a file beside, "NAME.metadata.json".
#pragma once

#include <optional>
#include <string_view>

#include <larder/limits.h>
#include <larder/metadata.h>
#include <larder/writer.h>

namespace larder::internal {

// The JSON of metadata as a Document whose root is a dict. Error `malformed`, `limit`.
Document parse_plain_metadata(std::string_view json, const Limits& limits);

// What stands beside the file; nothing where nothing is there. Errors `malformed`, `limit`, `io`, naming that file.
std::optional<Metadata> metadata_beside(const Path& file, const Limits& limits);

// What stands beside the file from now on: this JSON, or nothing, so that no value has the metadata of another. Returns
// the name of the file written; empty for none. Error `io`.
Path settle_metadata_beside(const Path& file, std::string_view json, const FileOptions& options);

}  // namespace larder::internal
