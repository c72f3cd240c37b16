// Tables on the terminal.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tools/console.h"

namespace larder::tools {

using Row = std::vector<std::string>;

// Prints rows of cells in columns that are as wide as they need to be; the first row holds the headings. numbers: the
// columns from this one on are flush right.
void print_table(const std::vector<Row>& rows, Console& console, std::size_t numbers = ~std::size_t{0});

}  // namespace larder::tools
