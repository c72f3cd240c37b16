// Loading the value of a key.
#pragma once

#include <string_view>

#include <larder/load.h>
#include <larder/reader.h>
#include <larder/store.h>

namespace larder::internal {

// Error `usage` for options that values in a store cannot be loaded with.
void require_loadable(const LoadOptions& options, const GetOptions& get);

// `options` as the value of `key` can be loaded: not mapped where the store cannot map, of which `warn` hears.
LoadOptions possible_options(const Store& store, std::string_view key, const LoadOptions& options);

// Errors as for files, naming the key. options: as `require_loadable` lets them pass.
Document load_value(Store& store, Reader& reader, std::string_view key, const LoadOptions& options,
                    Provenance* provenance);

}  // namespace larder::internal
