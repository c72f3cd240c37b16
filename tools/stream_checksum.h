// Whether a compressed stream carries a checksum of its content.
#pragma once

#include <string_view>

#include <larder/bytes.h>

namespace larder::tools {

// Judged by the first bytes (16 are enough) of a stream of the named built-in codec; false for codecs it does not know.
// Formats that leave the checksum to the writer (lz4, xz, zstd) say in their headers whether there is one:
// docs/codecs.md has the layouts.
bool has_stream_checksum(std::string_view codec, Bytes head) noexcept;

}  // namespace larder::tools
