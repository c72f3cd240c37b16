// Text as UTF-8, and as Python prints it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace larder::internal {

// Appends the code point (at most 0x10ffff; surrogates too) in UTF-8.
void append_utf8(std::string& out, std::uint32_t code);

// Where the first sequence that is not UTF-8 starts; nothing where all is well. Surrogates are errors, except with
// `surrogates`, which is what Python calls surrogatepass.
std::optional<std::size_t> invalid_utf8(std::string_view text, bool surrogates = false);

// Whether `text` (valid UTF-8) is empty or one letter up to U+00FF: CPython has such a text once.
bool is_latin1_letter(std::string_view text) noexcept;

// Takes the first code point off `text`, which must be valid UTF-8 (surrogates allowed) and not empty.
std::uint32_t take_utf8(std::string_view& text);

// Bytes, each of which is the code point of one letter, as UTF-8; and back: nothing where some letter is beyond U+00FF.
std::string utf8_of_latin1(std::string_view bytes);
std::optional<std::string> latin1_of_utf8(std::string_view text);

// `text` (UTF-8, surrogates allowed) in quotes as Python's repr writes it. Letters that Python escapes only because its
// Unicode tables lack them are written as they are; both forms read the same.
std::string python_repr(std::string_view text);

}  // namespace larder::internal
