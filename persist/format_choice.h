// Which format is written.
#pragma once

#include <string_view>

#include <larder/plugin/format.h>

namespace larder::internal {

// The file name without a codec's extension, which leaves the extension that tells the format: "a.npy" of "a.npy.gz".
std::string_view without_codec(std::string_view filename);

// The format called `name`; where that is empty, the one of the file name's extension, without a codec's behind it;
// else joblib. Error `usage`, naming what is possible, for a name of no format that is written.
const Format& choose_format(std::string_view name, std::string_view filename);

}  // namespace larder::internal
