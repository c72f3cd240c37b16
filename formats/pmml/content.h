// The text inside an Array of PMML: numbers, or texts in quotes, with blanks between.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace larder::internal {

// Each by itself, texts without their quotes. Error `malformed` for a quote that does not end.
std::vector<std::string> parse_texts(std::string_view content);
// Error `malformed` for what is no integer of 64 bits, or no number.
std::vector<std::int64_t> parse_integers(std::string_view content);
std::vector<double> parse_reals(std::string_view content);

// The text of one that says this very number: as short as possible.
std::string text_of_integer(std::int64_t number);
std::string text_of_real(double number);
// All of them. Error `unsupported` for a text that cannot be written so that it is read again.
std::string content_of(std::span<const std::string> texts);

}  // namespace larder::internal
