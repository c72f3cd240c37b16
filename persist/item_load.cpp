#include "persist/item_load.h"

#include <larder/item.h>

#include "base/text.h"

namespace larder {

using internal::fail;
using internal::join;

Document load(Store& store, std::string_view key, const LoadOptions& options, Provenance* provenance,
              const GetOptions& get) {
  internal::require_loadable(options, get);
  Document document = internal::load_value(*store.get(key, get), key, options, provenance);
  if (provenance != nullptr && options.metadata && !provenance->metadata) {
    if (auto beside = item_metadata(store, key, options.limits))
      provenance->metadata = Metadata{.values = *std::move(beside), .arrays = {}};
  }
  return document;
}

namespace internal {

void require_loadable(const LoadOptions& options, const GetOptions& get) {
  if (options.mmap_mode == MapMode::read_write || options.mmap_mode == MapMode::create) {
    fail(ErrorKind::usage, "values in a store never change in place: mmap_mode is \"r\" or \"c\", not \"",
         options.mmap_mode == MapMode::create ? "w+" : "r+", '"');
  }
  if (get.range != ByteRange{}) fail(ErrorKind::usage, "a value is loaded whole, not a range of its bytes");
}

Document load_value(Reader& reader, std::string_view key, const LoadOptions& options, Provenance* provenance) {
  try {
    return larder::load(reader, options, provenance);
  } catch (Error& error) {
    if (std::string_view(error.what()).find(key) == std::string_view::npos) error.at(join("key ", quoted(key)));
    throw;
  }
}

}  // namespace internal

}  // namespace larder
