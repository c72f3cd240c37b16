// Bytes as hexadecimal digits, two a byte.
#pragma once

#include <string>
#include <string_view>

namespace larder::testing {

// An odd digit at the end ("-", say, for nothing) is not looked at.
inline std::string from_hex(std::string_view digits) {
  std::string out;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    out.push_back(static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16)));
  }
  return out;
}

// "-" for nothing.
inline std::string to_hex(std::string_view bytes) {
  std::string out = bytes.empty() ? "-" : "";
  for (const char c : bytes) {
    const auto code = static_cast<unsigned char>(c);
    out.push_back("0123456789abcdef"[code >> 4]);
    out.push_back("0123456789abcdef"[code & 15]);
  }
  return out;
}

}  // namespace larder::testing
