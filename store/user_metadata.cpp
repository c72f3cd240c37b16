#include "store/user_metadata.h"

#include <algorithm>

#include "base/text.h"
#include "base/unicode.h"

namespace larder::internal {

namespace {

bool is_name_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// What is wrong with the entry; empty where nothing is.
std::string_view fault_of(std::string_view name, std::string_view value) {
  if (name.empty()) return "has no name";
  if (!std::all_of(name.begin(), name.end(), is_name_letter)) return "has a name of other than a-z, 0-9, '-', '_', '.'";
  if (std::any_of(value.begin(), value.end(), is_control)) return "has a control character in its value";
  if (invalid_utf8(value)) return "has a value that is not UTF-8";
  return {};
}

std::size_t bytes_of(const UserMetadata& metadata) {
  std::size_t size = 0;
  for (const auto& [name, value] : metadata) size += name.size() + value.size();
  return size;
}

// The text before the next NUL, which is taken off with it.
std::string take_text(std::string_view& packed) {
  const std::size_t end = packed.find('\0');
  if (end == std::string_view::npos) fail(ErrorKind::malformed, "user metadata ends without a NUL");
  const std::string text(packed.substr(0, end));
  packed.remove_prefix(end + 1);
  return text;
}

}  // namespace

void check_metadata(const UserMetadata& metadata) {
  for (const auto& [name, value] : metadata) {
    if (const auto fault = fault_of(name, value); !fault.empty())
      fail(ErrorKind::usage, "the metadata ", internal::quoted(name), " ", fault);
  }
  if (const std::size_t size = bytes_of(metadata); size > most_metadata_bytes)
    fail(ErrorKind::usage, "the metadata has ", size, " bytes, ", most_metadata_bytes, " are possible");
}

std::string pack(const UserMetadata& metadata) {
  std::string packed;
  for (const auto& [name, value] : metadata) packed.append(name).append(1, '\0').append(value).append(1, '\0');
  return packed;
}

UserMetadata unpack(Bytes packed) {
  UserMetadata metadata;
  for (std::string_view rest = as_text(packed); !rest.empty();) {
    std::string name = take_text(rest);
    std::string value = take_text(rest);
    const auto fault = fault_of(name, value);
    if (!fault.empty()) fail(ErrorKind::malformed, "the stored metadata ", internal::quoted(name), " ", fault);
    if (!metadata.emplace(std::move(name), std::move(value)).second)
      fail(ErrorKind::malformed, "the stored metadata has a name twice");
  }
  if (bytes_of(metadata) > most_metadata_bytes) fail(ErrorKind::malformed, "there is too much stored metadata");
  return metadata;
}

}  // namespace larder::internal
