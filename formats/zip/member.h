// The content of a ZIP archive's members.
#pragma once

#include <memory>

#include "formats/zip/directory.h"

namespace larder::internal {

// A member's content being read: decompressed by the gzip codec, its length and checksum verified when the last byte
// was given (Errors `checksum`, `malformed`, `truncated`; `not_built`). Borrows both. Other calls of the source may
// come between its own.
std::unique_ptr<Reader> member_reader(WholeSource& whole, const ZipEntry& entry);

// A whole member in memory, or mapped where it is stored and the source is. What is read is verified; what is mapped
// only where ReadSource::verify says so. Errors also `limit`.
Region member_bytes(WholeSource& whole, const ZipEntry& entry);

// Verifies the members that nobody has read to their end yet, and tells ReadSource::checksums which have one.
void verify_members(WholeSource& whole, const ZipDirectory& directory);

// A member as the source of a format inside the archive, verified likewise: a .npy file whose elements are mapped where
// it is stored and the archive is mapped. What it reads into memory is the caller's to take from WholeSource::budget.
struct ZipMember {
  std::unique_ptr<Reader> reader;
  ReadSource source;
};
ZipMember open_member(WholeSource& whole, const ZipEntry& entry);

}  // namespace larder::internal
