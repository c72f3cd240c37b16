#include <charconv>

#include <larder/local_store.h>

#include "base/text.h"
#include "store/schemes.h"

namespace larder::internal {

namespace {

bool parse_flag(const std::string& name, const std::string& text) {
  if (text == "true" || text == "yes" || text == "1") return true;
  if (text == "false" || text == "no" || text == "0") return false;
  fail(ErrorKind::usage, "the setting ", name, " is ", internal::quoted(text), ", possible are true and false");
}

Sync parse_sync(const std::string& text) {
  if (text == "none") return Sync::none;
  if (text == "data") return Sync::data;
  if (text == "full") return Sync::full;
  fail(ErrorKind::usage, "the setting sync is ", internal::quoted(text), ", possible are none, data and full");
}

std::uint64_t parse_count(const std::string& name, const std::string& text) {
  std::uint64_t count = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (problem == std::errc() && end == text.data() + text.size()) return count;
  fail(ErrorKind::usage, "the setting ", name, " is ", internal::quoted(text), ", a number is needed");
}

// One that is named sets them all, "none" takes it away; nothing where none is named.
std::optional<StoreLimits> parse_limits(const StoreSettings& settings) {
  StoreLimits limits;
  bool is_named = false;
  for (const auto& [name, text] : settings) {
    if (name != "bytes" && name != "items" && name != "age") continue;
    is_named = true;
    if (text == "none") continue;
    if (name == "bytes") limits.bytes = parse_size(text);
    if (name == "items") limits.items = parse_count(name, text);
    if (name == "age") limits.age = parse_age(text);
  }
  return is_named ? std::optional(limits) : std::nullopt;
}

}  // namespace

std::unique_ptr<Store> open_file_store(const std::string& rest, const StoreSettings& settings) {
  LocalOptions options;
  options.limits = parse_limits(settings);
  for (const auto& [name, text] : settings) {
    if (name == "sync") options.sync = parse_sync(text);
    if (name == "checksums") options.checksums = parse_flag(name, text);
    if (name == "read_only") options.read_only = parse_flag(name, text);
    if (name == "create") options.create = parse_flag(name, text);
    if (name == "gitignore") options.gitignore = parse_flag(name, text);
    if (name == "policy") options.policy = parse_policy(text);
    if (name == "trust_network") options.trust_network = parse_flag(name, text);
  }
  return local_store(rest, options);
}

}  // namespace larder::internal
