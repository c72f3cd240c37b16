#include <larder/local_store.h>

#include "base/text.h"
#include "store/schemes.h"
#include "store/setting_values.h"

namespace larder::internal {

namespace {

Sync parse_sync(const std::string& text) {
  if (text == "none") return Sync::none;
  if (text == "data") return Sync::data;
  if (text == "full") return Sync::full;
  fail(ErrorKind::usage, "the setting sync is ", internal::quoted(text), ", possible are none, data and full");
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
