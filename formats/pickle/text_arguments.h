// Arguments of the opcodes that are text (protocol 0, and what survives of it): without locale, in time that the limits
// bound.
#pragma once

#include <string>
#include <string_view>

#include <larder/document.h>

namespace larder::internal {

// INT: decimal, octal with a leading 0, or hexadecimal; "00" and "01" (and what C reads as
// these in two letters) are booleans. Error `malformed`, `limit`
// beyond Limits::int_digits.
Value parse_int(std::string_view text, Document& document, const Limits& limits);

// LONG: decimal or hexadecimal, with or without a final L.
Value parse_long(std::string_view text, Document& document, const Limits& limits);

// FLOAT: decimal, inf, nan. Error `malformed` also for what overflows, as in CPython.
double parse_float(std::string_view text);

// STRING: a Python 2 repr in quotes, with its escapes, as bytes.
std::string parse_string(std::string_view text);

// UNICODE: Latin-1 with \uXXXX and \UXXXXXXXX escapes, as UTF-8.
std::string parse_unicode(std::string_view text);

// The other way round: text (UTF-8, surrogates allowed) for UNICODE.
std::string unicode_text(std::string_view utf8);

// Indices of PUT and GET.
std::uint64_t parse_index(std::string_view text);

}  // namespace larder::internal
