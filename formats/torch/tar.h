// The plain files in a tar archive: what torch 0.1 saved.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "formats/whole.h"

namespace larder::internal {

struct TarMember {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
};

// The regular files by name, which is a key and never a path. Extended headers are passed over. Errors: `malformed` for
// a header with a wrong checksum, a name that comes twice, or no end; `unsupported` for links and devices; `truncated`.
//
// Source of the layout: POSIX.1-1988 (ustar), pax interchange format.
std::map<std::string, TarMember, std::less<>> tar_members(WholeSource& whole);

// Whether the bytes may begin such an archive.
bool begins_as_tar(Bytes head) noexcept;

}  // namespace larder::internal
