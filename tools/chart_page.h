// The page with the interactive chart that `larder bench --html` writes: one file that needs nothing else.
#pragma once

#include <string>
#include <string_view>

namespace larder::tools {

// Error `not_built` in a build without the chart library (Debian's libjs-chart.js).
void require_chart_page();

// The page that shows a report of `larder bench --json`. Nothing in it is fetched, and no text of the report is taken
// for markup or program. Error `not_built`.
std::string chart_page(std::string_view report);

}  // namespace larder::tools
