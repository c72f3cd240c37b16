#include "persist/item_load.h"

#include <larder/item.h>

#include "base/text.h"
#include "persist/loading.h"
#include "persist/warning.h"

namespace larder {

using internal::fail;
using internal::join;

namespace {

void require_whole(const GetOptions& get) {
  if (get.range != ByteRange{}) fail(ErrorKind::usage, "a value is loaded whole, not a range of its bytes");
}

// What `load` returns; its errors name the key.
template <class Load>
auto with_key(std::string_view key, Load&& load) {
  try {
    return load();
  } catch (Error& error) {
    if (std::string_view(error.what()).find(key) == std::string_view::npos)
      error.at(join("key ", internal::quoted(key)));
    throw;
  }
}

}  // namespace

Document load(Store& store, std::string_view key, const LoadOptions& options, Provenance* provenance,
              const GetOptions& get) {
  internal::require_loadable(options, get);
  const auto value = store.get(key, get);
  const LoadOptions how = internal::possible_options(store, key, options);
  Document document = internal::load_value(store, *value, key, how, provenance);
  if (provenance != nullptr && options.metadata && !provenance->metadata) {
    if (auto beside = item_metadata(store, key, options.limits))
      provenance->metadata = Metadata{.values = *std::move(beside), .arrays = {}};
  }
  return document;
}

Array load_array(Store& store, std::string_view key, std::string_view array, const LoadOptions& options,
                 const GetOptions& get) {
  require_whole(get);
  GetOptions sparse = get;
  sparse.sparse = true;
  const auto value = store.get(key, sparse);
  return with_key(
      key, [&] { return internal::load_array_of(*value, array, options, internal::surroundings_of(store, key)); });
}

namespace internal {

void require_loadable(const LoadOptions& options, const GetOptions& get) {
  if (options.mmap_mode == MapMode::read_write || options.mmap_mode == MapMode::create) {
    fail(ErrorKind::usage, "values in a store never change in place: mmap_mode is \"r\" or \"c\", not \"",
         options.mmap_mode == MapMode::create ? "w+" : "r+", '"');
  }
  require_whole(get);
}

LoadOptions possible_options(const Store& store, std::string_view key, const LoadOptions& options) {
  LoadOptions possible = options;
  // What cannot be asked for together is refused by `load`.
  const bool asks_for_both = options.ensure_native_byte_order.value_or(false);
  if (options.mmap_mode == MapMode::none || store.capabilities().mappable || asks_for_both) return possible;
  warn(options, join(store.name(key),
                     " cannot be mapped: mmap_mode is ignored, and it is loaded into memory. A store in a "
                     "directory, or behind a cache directory, is mapped"));
  possible.mmap_mode = MapMode::none;
  possible.ensure_native_byte_order = false;  // as for all that was to be mapped and is not
  return possible;
}

Document load_value(Store& store, Reader& reader, std::string_view key, const LoadOptions& options,
                    Provenance* provenance) {
  return with_key(key, [&] { return load_chosen(reader, options, surroundings_of(store, key), nullptr, provenance); });
}

}  // namespace internal

}  // namespace larder
