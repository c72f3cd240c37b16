// JSON text becomes values.
#pragma once

#include <string_view>

#include <larder/document.h>

namespace larder::internal {

// The value that `json` (RFC 8259, UTF-8) describes, in `document`: None, bool, int, float, str, list, dict. Integers
// that need more than 64 bits become floats; of equal keys the last counts. Error `malformed` naming the byte. Nothing
// recurses; what the document may hold bounds the memory.
Value parse_json(std::string_view json, Document& document);

}  // namespace larder::internal
