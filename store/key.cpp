#include "store/key.h"

#include <algorithm>
#include <array>

#include <larder/store.h>

#include "base/text.h"
#include "base/unicode.h"

namespace larder::internal {

namespace {

// What first parts do not begin with: larder's own directory, and joblib's mark for git.
constexpr std::array<std::string_view, 2> reserved = {".larder", ".gitignore"};

// "key 'a//b' has an empty part" is `what` "key" and `text` "a//b".
template <class... Parts>
[[noreturn]] void refuse(std::string_view what, std::string_view text, const Parts&... reason) {
  fail(ErrorKind::usage, what, " ", internal::quoted(text), " ", reason...);
}

void check_text(std::string_view what, std::string_view text) {
  if (text.size() > most_key_bytes)
    refuse(what, text, "has ", text.size(), " bytes, ", most_key_bytes, " are possible");
  if (text.starts_with('/')) refuse(what, text, "is absolute: keys begin with a name");
  const auto is_control = [](char letter) { return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7f; };
  if (std::any_of(text.begin(), text.end(), is_control)) refuse(what, text, "has a control character");
  if (const auto at = invalid_utf8(text)) refuse(what, text, "is not UTF-8 at byte ", *at);
  for (const std::string_view start : reserved) {
    if (text.starts_with(start)) refuse(what, text, "begins with ", start, ", which larder keeps for itself");
  }
}

void check_part_size(std::string_view what, std::string_view text, std::string_view part) {
  if (part.size() > most_part_bytes)
    refuse(what, text, "has a part of ", part.size(), " bytes, ", most_part_bytes, " are possible");
}

void check_whole_part(std::string_view what, std::string_view text, std::string_view part) {
  check_part_size(what, text, part);
  if (part.empty()) refuse(what, text, "has an empty part");
  if (part == "." || part == "..") refuse(what, text, "has the part ", part, ", which leads to another directory");
}

// Takes `end` and the digits (of `base` 10 or 16, between `least` and `most`) before it off the end of `text`.
bool take_number(std::string_view& text, unsigned base, std::size_t least, std::size_t most) {
  const auto is_digit = [base](char c) { return (c >= '0' && c <= '9') || (base == 16 && c >= 'a' && c <= 'f'); };
  std::size_t count = 0;
  while (count < text.size() && is_digit(text[text.size() - 1 - count])) ++count;
  text.remove_suffix(count);
  return count >= least && count <= most;
}

bool take_text(std::string_view& text, std::string_view end) {
  if (!text.ends_with(end)) return false;
  text.remove_suffix(end.size());
  return true;
}

constexpr std::size_t any = 100;  // digits

// "NAME.thread-<id>-pid-<pid>", joblib to 1.4.
bool is_of_thread_and_process(std::string_view name) {
  return take_number(name, 10, 1, any) && take_text(name, "-pid-") && take_number(name, 10, 1, any) &&
         take_text(name, ".thread-") && !name.empty();
}

// "NAME.<32 hex>-<pid>-<thread>", joblib from 1.5 on.
bool is_of_random_and_process(std::string_view name) {
  return take_number(name, 10, 1, any) && take_text(name, "-") && take_number(name, 10, 1, any) &&
         take_text(name, "-") && take_number(name, 16, 32, 32) && take_text(name, ".") && !name.empty();
}

// ".larder-<32 hex>", of create_file.
bool is_of_larder(std::string_view name) {
  return take_number(name, 16, 32, 32) && take_text(name, ".larder-") && name.empty();
}

}  // namespace

void check_key(std::string_view key) {
  constexpr std::string_view what = "the key";
  if (key.empty()) fail(ErrorKind::usage, "a key is empty");
  check_text(what, key);
  for (const std::string_view part : parts_of(key)) check_whole_part(what, key, part);
  if (is_temporary_name(last_part(key))) refuse(what, key, "is named as the temporary files of joblib and larder are");
}

bool is_key(std::string_view text) {
  try {
    check_key(text);
    return true;
  } catch (const Error&) {
    return false;
  }
}

void check_prefix(std::string_view prefix) {
  constexpr std::string_view what = "the prefix";
  check_text(what, prefix);
  std::vector<std::string_view> parts = parts_of(prefix);
  check_part_size(what, prefix, parts.back());  // it may go on in a key
  parts.pop_back();
  for (const std::string_view part : parts) check_whole_part(what, prefix, part);
}

std::vector<std::string_view> parts_of(std::string_view key) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t slash = key.find('/');
    parts.push_back(key.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    key.remove_prefix(slash + 1);
  }
}

std::string_view parent_of(std::string_view key) {
  const std::size_t slash = key.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : key.substr(0, slash);
}

std::string_view last_part(std::string_view key) {
  return key.substr(key.rfind('/') + 1);  // npos + 1 is 0
}

bool is_temporary_name(std::string_view last_part) {
  return is_of_thread_and_process(last_part) || is_of_random_and_process(last_part) || is_of_larder(last_part);
}

}  // namespace larder::internal

namespace larder {

void require_key(std::string_view key) { internal::check_key(key); }

}  // namespace larder
