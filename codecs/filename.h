// What a file's name says about compression.
#pragma once

#include <string_view>

namespace larder::internal {

// The file name without a codec's extension, which leaves the extension that tells the format: "a.npy" of "a.npy.gz".
std::string_view without_codec(std::string_view filename);

}  // namespace larder::internal
