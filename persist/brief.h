// A value in a few bytes of JSON.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <larder/document.h>

namespace larder::internal {

// The value in the notation of `to_json`, but never much longer than `most` bytes and in no more time than that takes:
// what does not fit, or lies too deep, is the text "...". Objects show only what made them.
std::string brief_json(Value value, std::size_t most);

// The text (UTF-8) itself, or its first letters, of at most about `most` bytes, and "...".
std::string shortened(std::string_view text, std::size_t most);

}  // namespace larder::internal
