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

}  // namespace

std::unique_ptr<Store> open_file_store(const std::string& rest, const StoreSettings& settings) {
  LocalOptions options;
  for (const auto& [name, text] : settings) {
    if (name == "sync") options.sync = parse_sync(text);
    if (name == "checksums") options.checksums = parse_flag(name, text);
    if (name == "read_only") options.read_only = parse_flag(name, text);
    if (name == "create") options.create = parse_flag(name, text);
    if (name == "gitignore") options.gitignore = parse_flag(name, text);
    if (name == "trust_network") options.trust_network = parse_flag(name, text);
  }
  return local_store(rest, options);
}

}  // namespace larder::internal
