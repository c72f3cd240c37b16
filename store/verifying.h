// GetOptions::verify, for every store that has checksums: the whole value is read before its first byte is handed out.
#pragma once

#include <string>

#include <larder/reader.h>
#include <larder/store.h>

namespace larder::internal {

// Whether the Stat has a checksum that this build can compare.
bool can_verify(const Stat& stat);

// What the bytes are, compared with what the Stat says: empty where they agree, or where can_verify is false; else
// a line such as "the checksum is 0x..., 0x... was put". Reads `reader`, which stands at its beginning, to its end.
// Errors of the reader.
std::string damage_of(Reader& reader, const Stat& stat);

}  // namespace larder::internal
