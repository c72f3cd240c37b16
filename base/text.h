// Building one-line messages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include <larder/error.h>

namespace larder::internal {

inline void append_text(std::string& out, std::string_view text) { out.append(text); }
inline void append_text(std::string& out, char letter) { out.push_back(letter); }
template <class T>
requires std::is_arithmetic_v<T>
void append_text(std::string& out, T number) { out.append(std::to_string(number)); }

// The arguments, written one after another: join("byte ", 17, " of ", name).
template <class... Parts>
std::string join(const Parts&... parts) {
  std::string out;
  (append_text(out, parts), ...);
  return out;
}

// Throws an Error whose message is the joined parts.
template <class... Parts>
[[noreturn]] void fail(ErrorKind kind, const Parts&... parts) {
  throw Error(kind, join(parts...));
}

// Throws an Error of kind `io` (`not_found` for ENOENT) with the system's text for `code`, an errno value.
[[noreturn]] void fail_os(int code, std::string_view doing, std::string_view name);

// The text in quotes with everything unprintable escaped, cut after `most` bytes: for names that come from files.
std::string quoted(std::string_view text, std::size_t most = 80);

// "0x0badcafe": at least `digits` hexadecimal digits.
std::string hex(std::uint64_t value, int digits = 2);

}  // namespace larder::internal
