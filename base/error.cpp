#include <larder/error.h>

#include <array>

namespace larder {

std::string_view name_of(ErrorKind kind) noexcept {
  static constexpr std::array<std::string_view, 12> names = {
      "truncated", "malformed", "limit",    "unsupported", "not_built", "unsafe_reference",
      "checksum",  "io",        "conflict", "not_found",   "usage",     "unknown_outcome"};
  const auto index = static_cast<std::size_t>(kind) - 1;
  return index < names.size() ? names[index] : std::string_view("invalid");
}

Error::Error(ErrorKind kind, const std::string& message)
    : std::runtime_error(message), kind_(kind), message_(message), line_(message) {}

Error& Error::set_os_error(int code) noexcept {
  os_error_ = code;
  return *this;
}

Error& Error::at(std::string_view place) {
  if (has_place_) {
    line_.insert(line_.size() - 1, ", ").insert(line_.size() - 1, place);
  } else {
    line_.append(" (").append(place).append(")");
    has_place_ = true;
  }
  return *this;
}

}  // namespace larder
