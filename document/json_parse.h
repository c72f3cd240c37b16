// JSON text becomes values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <larder/document.h>

namespace larder::internal {

// What a format of files demands beyond the grammar: Error `malformed`.
struct JsonRules {
  bool unique_keys = false;
  std::size_t depth = SIZE_MAX;  // of lists and dicts in each other
};

// The value that `json` (RFC 8259, UTF-8) describes, in `document`: None, bool, int, float, str, list, dict. Integers
// that need more than 64 bits become floats; of equal keys the last counts. Error `malformed` naming the byte. Nothing
// recurses; what the document may hold bounds the memory.
Value parse_json(std::string_view json, Document& document, const JsonRules& rules = {});

}  // namespace larder::internal
