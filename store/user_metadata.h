// What PutOptions::metadata may hold, and its bytes where a store keeps them as bytes.
#pragma once

#include <string>

#include <larder/bytes.h>
#include <larder/store.h>

namespace larder::internal {

inline constexpr std::size_t most_metadata_bytes = 2048;  // S3's limit, names and values together

// Throws `usage` that names the entry.
void check_metadata(const UserMetadata& metadata);

// name NUL value NUL ... and back; Error `malformed`.
std::string pack(const UserMetadata& metadata);
UserMetadata unpack(Bytes packed);

}  // namespace larder::internal
