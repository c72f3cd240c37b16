// Shared libraries that hold codecs.
#pragma once

#include <memory>
#include <vector>

#include <larder/codec.h>

namespace larder::internal {

// Loads the library for ever and wraps all its codecs. Errors as CodecRegistry::load_plugin, but for names that clash.
std::vector<std::unique_ptr<Codec>> open_plugin(const Path& path);

// The plugins in a directory, "*.so", by name. Errors `not_found`, `io`.
std::vector<Path> plugins_in(const Path& directory);

}  // namespace larder::internal
