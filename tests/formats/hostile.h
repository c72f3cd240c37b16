// Building hostile files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace larder::testing {

// The text `times` times.
inline std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  out.reserve(text.size() * times);
  for (std::size_t i = 0; i < times; ++i) out.append(text);
  return out;
}

// `size` bytes of a number, little-endian.
inline std::string little(std::uint64_t number, std::size_t size) {
  std::string out;
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<char>(number >> (8 * i)));
  return out;
}

// A literal that may hold NUL bytes.
template <std::size_t size>
std::string raw(const char (&literal)[size]) {
  return {literal, size - 1};
}

}  // namespace larder::testing
