#include "tools/wording.h"

#include <algorithm>

#include "base/text.h"

namespace larder::tools {

std::string printable(std::string_view name) {
  const bool plain = std::none_of(name.begin(), name.end(), [](char letter) {
    const auto code = static_cast<unsigned char>(letter);
    return code < 0x20 || code == 0x7f;
  });
  return plain ? std::string(name) : internal::quoted(name, name.size());
}

std::string count_text(std::uint64_t count, std::string_view what) {
  return internal::join(count, ' ', what, count == 1 ? "" : "s");
}

}  // namespace larder::tools
