// The command line: what can be said, the help that explains it, and the call of the subcommand.
#pragma once

#include "tools/console.h"

namespace larder::tools {

// Does what the arguments ask for. Wrong ones are one line on standard error and Status::usage. Throws OutputFailed and
// Interrupted.
Status run(int argc, const char* const* argv, Console& console);

}  // namespace larder::tools
