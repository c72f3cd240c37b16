#include <algorithm>

#include <larder/joblib_memory.h>

#include "store/gathered_item.h"

namespace larder {

using internal::end_of_metadata;

namespace {

constexpr std::size_t digits_of_hash = 32;

bool is_call_directory(std::string_view part) {
  const auto is_digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return part.size() >= digits_of_hash && std::all_of(part.begin(), part.begin() + digits_of_hash, is_digit);
}

}  // namespace

std::string item_name(std::string_view key) {
  for (std::size_t start = 0, slash = key.find('/'); slash != std::string_view::npos; slash = key.find('/', start)) {
    if (is_call_directory(key.substr(start, slash - start))) return std::string(key.substr(0, slash));
    start = slash + 1;
  }
  if (key.size() > end_of_metadata.size() && key.ends_with(end_of_metadata)) key.remove_suffix(end_of_metadata.size());
  return std::string(key);
}

}  // namespace larder
