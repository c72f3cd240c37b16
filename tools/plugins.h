// Plugins that the user asked for.
#pragma once

#include <string>
#include <vector>

#include "tools/console.h"

namespace larder::tools {

// Loads them, each a file or a directory of "*.so". What is refused is reported and ends it.
Status load_plugins(const std::vector<std::string>& paths, Console& console);

// Whether the codecs of plugins, or all of this build where there are none, do what every codec must: one line each.
Status verify_codecs(Console& console);

}  // namespace larder::tools
