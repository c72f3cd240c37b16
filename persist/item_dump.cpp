#include <larder/item.h>

#include <cmath>

#include "base/text.h"
#include "persist/item_key.h"
#include "persist/metadata.h"
#include "persist/siblings.h"
#include "persist/writing.h"
#include "store/key.h"

namespace larder {

using internal::fail;

namespace {

// "output.pkl" is joblib, so that arrays in it can be mapped; elsewhere ".pkl" is pickle.
std::string_view format_for(std::string_view filename, const DumpOptions& options) {
  return options.format.empty() && filename == "output.pkl" ? "joblib" : std::string_view(options.format);
}

// Seconds that the value took to compute, where the metadata (a dict) says so.
std::optional<double> duration_in(Value metadata) {
  const auto found = metadata.find("duration");
  if (!found) return std::nullopt;
  double seconds = -1;
  if (found->is(ValueKind::floating)) seconds = found->as_float();
  if (found->is(ValueKind::integer) && found->fits_int64()) seconds = static_cast<double>(found->as_int());
  return std::isfinite(seconds) && seconds >= 0 ? std::optional(seconds) : std::nullopt;
}

// What stands beside the value from now on: this JSON, or nothing, so that no value has the metadata of another.
void settle_metadata(Store& store, const std::optional<std::string>& beside, std::string_view json) {
  if (!json.empty())
    store.put(*beside, as_bytes(json));
  else if (beside && store.capabilities().removes)
    store.remove(*beside);
}

}  // namespace

std::vector<std::string> dump(Value value, Store& store, std::string_view key, const DumpOptions& options,
                              const PutOptions& put) {
  std::optional<std::string> beside = internal::possible_metadata_key(key);
  const std::string json = options.metadata.is_none() ? "" : internal::plain_json(options.metadata);
  if (!json.empty() && !beside)
    fail(ErrorKind::usage, internal::quoted(key), " is too long a key for a value with metadata");
  if (!json.empty() && !store.capabilities().many)
    fail(ErrorKind::unsupported, store.name(), " keeps one value: metadata has no place beside it");

  const std::string_view filename = internal::last_part(key);
  const internal::Writing how = internal::choose_writing(value, filename, format_for(filename, options), options);
  DumpOptions without_footer = options;
  without_footer.metadata = {};
  PutOptions published = put;
  if (!json.empty() && !put.cost) published.cost = duration_in(options.metadata);

  const auto writer = store.put(key, published);
  const std::string directory(internal::parent_of(key));
  const auto key_of = [&](const std::string& name) {
    return directory.empty() ? name : internal::join(directory, '/', name);
  };
  internal::Siblings siblings(std::string(filename), [&](const std::string& name) { return store.put(key_of(name)); });
  write(value, *writer, how, without_footer, {.name = filename, .siblings = &siblings});
  std::vector<std::string> written{std::string(key)};
  for (const std::string& name : siblings.finish()) written.push_back(key_of(name));
  // A put with a condition may yet be lost: it must not replace the metadata of the value that stays.
  const bool certain = put.condition == Condition::always;
  if (certain) settle_metadata(store, beside, json);
  writer->finish();
  if (!certain) settle_metadata(store, beside, json);

  if (!json.empty()) written.push_back(*std::move(beside));
  return written;
}

std::vector<std::string> dump(const Array& array, Store& store, std::string_view key, const DumpOptions& options,
                              const PutOptions& put) {
  Document document;
  return dump(document.array(array), store, key, options, put);
}

}  // namespace larder
