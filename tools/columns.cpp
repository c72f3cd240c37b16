#include "tools/columns.h"

#include <algorithm>

namespace larder::tools {

void print_table(const std::vector<Row>& rows, Console& console, std::size_t numbers) {
  std::vector<std::size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - row[i].size(), ' ');
      if (i > 0) line += "  ";
      if (i >= numbers) line += padding;
      line += row[i];
      if (i < numbers && i + 1 < row.size()) line += padding;
    }
    console.print(line + "\n");
  }
}

}  // namespace larder::tools
