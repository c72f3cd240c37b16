// Which format is written.
#pragma once

#include <string_view>

#include <larder/plugin/format.h>

namespace larder::internal {

// The format called `name`; where that is empty, the one of the file name's extension, without a codec's behind it;
// else joblib. Error `usage`, naming what is possible, for a name of no format that is written.
const Format& choose_format(std::string_view name, std::string_view filename);

}  // namespace larder::internal
