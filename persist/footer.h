// The bytes that carry metadata behind an object (docs/metadata.md): a length, a mark, a checksum, JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <larder/limits.h>
#include <larder/reader.h>

namespace larder::internal {

// The whole footer around the JSON.
std::string make_footer(std::string_view json);

// Whether a footer starts at the reader's position. Error `truncated` where the source ends inside its first bytes.
bool at_footer(Reader& reader);

// The verified JSON of the footer that starts here; the reader is then behind it. Errors as read_metadata.
std::string read_footer(Reader& reader, const Limits& limits);

// Passes over footers that start here. Errors `truncated`, `malformed`.
void skip_footers(Reader& reader);

}  // namespace larder::internal
