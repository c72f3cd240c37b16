#include "tools/chart_page.h"

#include "base/text.h"
#include "tools/embedded.h"

namespace larder::tools {

namespace {

// JSON that does not end the element that it stands in: "<" is only found in its strings, where it may be an escape.
std::string without_tags(std::string_view json) {
  std::string text;
  for (const char letter : json) {
    if (letter == '<')
      text += "\\u003c";
    else
      text += letter;
  }
  return text;
}

#if LARDER_HAS_CHARTJS
constexpr bool built = true;
std::string_view chart_library() { return embedded_chart; }
#else
constexpr bool built = false;
std::string_view chart_library() { return {}; }
#endif

}  // namespace

void require_chart_page() {
  if (!built) internal::fail(ErrorKind::not_built, "this build of larder lacks the chart library (libjs-chart.js)");
}

std::string chart_page(std::string_view report) {
  require_chart_page();
  // Each mark once, in this order; what is filled in is not looked at again.
  std::string page;
  std::string_view rest = embedded_page;
  const auto fill = [&](std::string_view mark, std::string_view content) {
    const std::size_t at = rest.find(mark);
    page.append(rest.substr(0, at)).append(content);
    rest.remove_prefix(at + mark.size());
  };
  fill("@REPORT@", without_tags(report));
  fill("@CHART_LIBRARY@", chart_library());
  fill("@SCRIPT@", embedded_script);
  return page.append(rest);
}

}  // namespace larder::tools
