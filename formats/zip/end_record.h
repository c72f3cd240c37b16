// The record at the end of a ZIP archive, which tells where its directory is.
#pragma once

#include <cstdint>
#include <string>

#include "formats/whole.h"

namespace larder::internal {

struct ZipEnd {
  std::uint64_t directory = 0;  // offset of the central directory
  std::uint64_t size = 0;       // its bytes, behind which the end records begin
  std::uint64_t entries = 0;
  std::string comment;
};

// The one end record of the archive, with its zip64 record where there is one. Errors: `truncated` where there is none;
// `malformed` where there are two, where bytes follow its comment, where it and the zip64 record disagree, or where the
// directory does not end where the end records begin; `unsupported` for several disks.
ZipEnd find_zip_end(WholeSource& whole);

// Whether a file of `size` bytes that ends with `tail` (zip_tail bytes, less only where it is shorter) is what zip
// tools take for an archive, whatever it begins with. Thread-safe.
bool ends_as_zip(Bytes tail, std::uint64_t size) noexcept;
inline constexpr std::size_t zip_tail = 65'577;  // the longest comment, its record, and a zip64 locator

}  // namespace larder::internal
