// Pieces of JSON text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <larder/bytes.h>

namespace larder::internal {

// A JSON string, quotes included; lone surrogates become \ud800 escapes. `utf8` must be valid.
void append_json_string(std::string& out, std::string_view utf8);

// {"$bytes": "base64"}
void append_json_bytes(std::string& out, Bytes bytes);

// The shortest number that reads back as `value`; {"$float": "nan"}, "inf" or "-inf" for what JSON lacks.
void append_json_float(std::string& out, double value);

}  // namespace larder::internal
