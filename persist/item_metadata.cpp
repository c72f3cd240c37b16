#include <larder/item.h>

#include <larder/joblib_memory.h>

#include "base/text.h"
#include "persist/item_key.h"
#include "persist/metadata.h"
#include "persist/metadata_beside.h"
#include "store/key.h"

namespace larder {

using internal::fail;
using internal::join;

std::string metadata_key(std::string_view key) {
  require_key(key);
  const std::string_view directory = internal::parent_of(key);
  if (internal::last_part(key) == "output.pkl" && !directory.empty() && item_name(key) == directory)
    return join(directory, "/metadata.json");
  return join(key, ".metadata.json");
}

std::optional<Document> item_metadata(Store& store, std::string_view key, const Limits& limits) {
  const auto beside = internal::possible_metadata_key(key);
  auto found = beside ? store.find(*beside) : std::nullopt;
  if (!found) return std::nullopt;
  if (found->stat.size > limits.text)
    fail(ErrorKind::limit, *beside, ": metadata of ", found->stat.size, " bytes is over Limits::text");
  const Region json = found->reader->read_region(found->stat.size, "the metadata");
  try {
    return internal::parse_plain_metadata(as_text(json.bytes()), limits);
  } catch (Error& error) {
    error.at(*beside);
    throw;
  }
}

void put_item_metadata(Store& store, std::string_view key, Value metadata) {
  const std::string json = internal::plain_json(metadata);
  store.put(metadata_key(key), as_bytes(json));
}

bool remove_item(Store& store, std::string_view key) {
  // The value first: who sees a value sees its metadata.
  const bool had_value = store.remove(key);
  if (const auto beside = internal::possible_metadata_key(key)) store.remove(*beside);
  return had_value;
}

namespace internal {

std::optional<std::string> possible_metadata_key(std::string_view key) {
  std::string beside = metadata_key(key);
  if (beside.size() > most_key_bytes || last_part(beside).size() > most_part_bytes) return std::nullopt;
  return beside;
}

}  // namespace internal

}  // namespace larder
