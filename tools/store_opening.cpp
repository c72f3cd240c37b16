#include "tools/store_opening.h"

#include "base/text.h"
#include "store/schemes.h"
#include "tools/wording.h"

namespace larder::tools {

namespace {

StoreSettings parse_settings(const std::vector<std::string>& texts) {
  StoreSettings settings;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      internal::fail(ErrorKind::usage, internal::quoted(text), " is no setting; give NAME=VALUE");
    const std::string name = text.substr(0, equals);
    if (!settings.emplace(name, text.substr(equals + 1)).second)
      internal::fail(ErrorKind::usage, "the setting ", internal::quoted(name), " is given twice");
  }
  return settings;
}

}  // namespace

std::unique_ptr<Store> open_store(const StoreChoice& choice, StoreUse use) {
  StoreSettings settings = parse_settings(choice.settings);
  const internal::StoreUrl url = internal::parse_store_url(choice.url, settings);
  const auto prefer = [&](const std::string& name, const char* value) {
    if (!url.settings.contains(name)) settings[name] = value;
  };
  if (url.scheme == "file") {
    if (use == StoreUse::look) prefer("read_only", "true");
    if (use != StoreUse::fill) prefer("create", "false");
  }
  if (url.scheme == "s3") {
    const bool keeps_accesses = url.settings.contains("accesses");
    if (use == StoreUse::look || (use == StoreUse::read && !keeps_accesses)) prefer("read_only", "true");
    if (use == StoreUse::read) prefer("probe", "false");  // a get asks for nothing that the server may lack
  }
  return larder::open_store(choice.url, settings);
}

std::string without_name(std::string message, const std::string& name) {
  if (message.starts_with(name + ": ")) message.erase(0, name.size() + 2);
  return message;
}

Status report_store(const StoreChoice& choice, const Store* store, const Error& error, Console& console) {
  if (store == nullptr) return console.report(choice.url, error);
  return console.report(choice.url, Error(error.kind(), without_name(error.what(), store->name())));
}

Status report_key(const Store& store, std::string_view key, const Error& error, Console& console) {
  return console.report(key, Error(error.kind(), without_name(error.what(), store.name(key))));
}

Status report_absent(std::string_view key, Console& console) {
  console.say(internal::join("larder: ", printable(key), ": there is no such key"));
  return Status::check_failed;
}

}  // namespace larder::tools
