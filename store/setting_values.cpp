#include "store/setting_values.h"

#include <charconv>

#include "base/text.h"

namespace larder::internal {

bool parse_flag(const std::string& name, const std::string& text) {
  if (text == "true" || text == "yes" || text == "1") return true;
  if (text == "false" || text == "no" || text == "0") return false;
  fail(ErrorKind::usage, "the setting ", name, " is ", internal::quoted(text), ", possible are true and false");
}

std::uint64_t parse_count(const std::string& name, const std::string& text) {
  std::uint64_t count = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (problem == std::errc() && end == text.data() + text.size()) return count;
  fail(ErrorKind::usage, "the setting ", name, " is ", internal::quoted(text), ", a number is needed");
}

}  // namespace larder::internal
