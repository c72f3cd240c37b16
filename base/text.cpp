#include "base/text.h"

#include <cerrno>
#include <system_error>

namespace larder::internal {

void fail_os(int code, std::string_view doing, std::string_view name) {
  const auto kind = code == ENOENT ? ErrorKind::not_found : ErrorKind::io;
  throw Error(kind, join("cannot ", doing, " ", name, ": ", std::generic_category().message(code))).set_os_error(code);
}

std::string hex(std::uint64_t value, int digits) {
  std::string out;
  do {
    out.insert(out.begin(), "0123456789abcdef"[value & 15]);
    value >>= 4;
  } while (value != 0 || static_cast<int>(out.size()) < digits);
  return "0x" + out;
}

std::string quoted(std::string_view text, std::size_t most) {
  std::string out = "'";
  for (const char letter : text.substr(0, most)) {
    const auto code = static_cast<unsigned char>(letter);
    if (code < 0x20 || code == 0x7f) {
      out.append("\\x").append(hex(code).substr(2));
    } else if (letter == '\'' || letter == '\\') {
      out.append({'\\', letter});
    } else {
      out.push_back(letter);
    }
  }
  return out + (text.size() > most ? "'..." : "'");
}

}  // namespace larder::internal
