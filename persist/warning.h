// What the caller should know and that stops nothing.
#pragma once

#include <string_view>

#include <larder/load.h>

namespace larder::internal {

// Hands the line to LoadOptions::warn, or writes it to standard error.
void warn(const LoadOptions& options, std::string_view line);

}  // namespace larder::internal
