// Files that are part of the command: cmake/embed.cmake makes them into source.
#pragma once

#include <string_view>

namespace larder::tools {

extern const std::string_view embedded_page;    // tools/page/bench.html
extern const std::string_view embedded_script;  // tools/page/bench.js
extern const std::string_view embedded_chart;   // Chart.js, of the MIT licence; only where LARDER_HAS_CHARTJS

}  // namespace larder::tools
