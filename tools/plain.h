// Which names a Python loader may import for data that is only data.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace larder::tools {

// Whether the "module.name" only builds plain data: Python's own containers and numbers, numpy's arrays, dtypes and
// scalars, joblib's array wrapper. A closed list of whole names: numpy and builtins also hold functions that run code.
bool is_plain(std::string_view global) noexcept;

// Those of `globals` that are not plain, in their order.
std::vector<std::string> not_plain(const std::vector<std::string>& globals);

}  // namespace larder::tools
