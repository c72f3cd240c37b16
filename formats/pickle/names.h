// Names of modules, classes and functions that Python 3 changed: pickles of protocol 0 to 2 carry the names of
// Python 2.
#pragma once

#include <string_view>

namespace larder::internal {

struct GlobalName {
  std::string_view module_name;
  std::string_view qualified_name;
};

// The name in Python 3 of what a pickle of protocol 0 to 2 calls so.
GlobalName python3_name(std::string_view module_name, std::string_view qualified_name) noexcept;

// The name that Python 3 writes into a pickle of protocol 0 to 2.
GlobalName python2_name(std::string_view module_name, std::string_view qualified_name) noexcept;

}  // namespace larder::internal
