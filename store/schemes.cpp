#include "store/schemes.h"

#include <algorithm>
#include <array>

#include "base/ascii.h"
#include "base/text.h"

namespace larder {

namespace internal {

namespace {

constexpr std::array<Scheme, 3> table = {{
    {"file", "sync checksums read_only create gitignore trust_network bytes items age policy", open_file_store},
    {"memory", "", open_memory_store},
    {"s3",
     "endpoint region addressing profile anonymous send_unencrypted ca_file read_only probe accesses part_size threads "
     "memory deadline idle cache cache_bytes",
     open_s3_store},
}};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_scheme_letter(char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.'; }

// "file" of "file:///d"; empty for a path. RFC 3986, 3.1.
std::string_view scheme_of(std::string_view url) {
  const std::string_view scheme = url.substr(0, url.find(':'));
  const bool is_scheme = scheme.size() < url.size() && !scheme.empty() && is_letter(scheme.front()) &&
                         std::all_of(scheme.begin(), scheme.end(), is_scheme_letter);
  return is_scheme ? scheme : std::string_view();
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// With percent-escapes replaced; `url` for messages.
std::string decoded(std::string_view text, std::string_view url) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? digit_of(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? digit_of(text[i + 2]) : -1;
    if (high < 0 || low < 0)
      fail(ErrorKind::usage, "the store ", internal::quoted(url), " has a '%' without two digits behind");
    if (high == 0 && low == 0) fail(ErrorKind::usage, "the store ", internal::quoted(url), " has a NUL");
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  return out;
}

// "/d" of "///d" and "//localhost/d".
std::string_view path_of_file_url(std::string_view rest, std::string_view url) {
  if (!rest.starts_with("//")) return rest;
  rest.remove_prefix(2);
  const std::string_view host = rest.substr(0, rest.find('/'));
  if (!host.empty() && host != "localhost")
    fail(ErrorKind::usage, "the store ", internal::quoted(url), " is on the host ", internal::quoted(host),
         ": file: is for this machine");
  return rest.substr(host.size());
}

void add_setting(StoreSettings& settings, std::string_view setting, std::string_view url) {
  const std::size_t equals = setting.find('=');
  if (equals == std::string_view::npos || equals == 0)
    fail(ErrorKind::usage, "the setting ", internal::quoted(setting), " of ", internal::quoted(url),
         " is not NAME=VALUE");
  const std::string name = decoded(setting.substr(0, equals), url);
  if (!settings.emplace(name, decoded(setting.substr(equals + 1), url)).second)
    fail(ErrorKind::usage, "the setting ", internal::quoted(name), " of ", internal::quoted(url), " is given twice");
}

const Scheme& find_scheme(const std::string& name, std::string_view url) {
  std::string known;
  for (const Scheme& scheme : schemes()) {
    if (scheme.name == name) return scheme;
    known += join(known.empty() ? "" : ", ", scheme.name, ":");
  }
  fail(ErrorKind::usage, "the store ", internal::quoted(url), " has an unknown scheme, there are ", known);
}

void check_settings(const Scheme& scheme, const StoreSettings& settings) {
  const std::string known = join(" ", scheme.settings, " ");
  for (const auto& [name, value] : settings) {
    if (name.find(' ') == std::string::npos && known.find(join(" ", name, " ")) != std::string::npos) continue;
    fail(ErrorKind::usage, scheme.name, ": has no setting ", internal::quoted(name), ", there are ",
         scheme.settings.empty() ? "none" : scheme.settings);
  }
}

}  // namespace

std::span<const Scheme> schemes() { return table; }

StoreUrl parse_store_url(std::string_view url, const StoreSettings& settings) {
  if (url.empty()) fail(ErrorKind::usage, "a store's URL is empty");
  const std::string_view scheme = scheme_of(url);
  if (scheme.empty()) return {"file", std::string(url), settings};
  StoreUrl parsed{lowered(scheme), {}, settings};
  std::string_view rest = url.substr(scheme.size() + 1);
  const std::size_t question = rest.find('?');
  std::string_view query = question == std::string_view::npos ? std::string_view() : rest.substr(question + 1);
  rest = rest.substr(0, question);
  if (parsed.scheme == "file") rest = path_of_file_url(rest, url);
  parsed.rest = decoded(rest, url);
  while (!query.empty()) {
    const std::size_t end = query.find('&');
    add_setting(parsed.settings, query.substr(0, end), url);
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
  }
  return parsed;
}

}  // namespace internal

std::unique_ptr<Store> open_store(std::string_view url, const StoreSettings& settings) {
  const internal::StoreUrl parsed = internal::parse_store_url(url, settings);
  const internal::Scheme& scheme = internal::find_scheme(parsed.scheme, url);
  internal::check_settings(scheme, parsed.settings);
  return scheme.open(parsed.rest, parsed.settings);
}

}  // namespace larder
