#include <larder/store_report.h>

#include "base/text.h"
#include "tools/report.h"
#include "tools/store.h"
#include "tools/store_wording.h"
#include "tools/wording.h"

namespace larder::tools {

namespace {

using State = Explanation::State;

std::string_view name_of(State state) {
  switch (state) {
    case State::present:
      return "present";
    case State::evicted:
      return "evicted";
    case State::damaged:
      return "damaged";
    case State::removed:
      return "removed";
    case State::never_there:
      return "never there";
    case State::unknown:
      return "unknown";
  }
  return "";
}

// "evicted 2026-11-21 10:02:11, limit bytes: 10.0 GiB were reached by 10.3 MiB".
std::string sentence(const Explanation& explanation) {
  std::string text(name_of(explanation.state));
  if (explanation.state == State::unknown) text = "not there, and nothing is known of what became of it";
  if (explanation.stat)
    text += internal::join(", ", size_text(explanation.stat->size), ", put ", time_text(explanation.stat->modified));
  if (explanation.when) text += " " + time_text(*explanation.when);
  if (explanation.reason) text += internal::join(", limit ", larder::name_of(*explanation.reason));
  if (!explanation.details.empty()) text += ": " + printable(explanation.details);
  return text;
}

void print_text(const std::string& key, const Explanation& explanation, Console& console) {
  console.print(internal::join(printable(key), ": ", sentence(explanation), "\n"));
}

void print_json(const std::string& key, const Explanation& explanation, Console& console) {
  Report report;
  const Value entry = report.object();
  report.set(entry, "key", report.text(key));
  report.set(entry, "state", report.text(name_of(explanation.state)));
  report.set(entry, "when", describe_time(report, explanation.when));
  report.set(entry, "limit", explanation.reason ? report.text(larder::name_of(*explanation.reason)) : Value::none());
  report.set(entry, "details", report.text(explanation.details));
  report.set(entry, "value", explanation.stat ? describe_value(report, key, *explanation.stat) : Value::none());
  report.print(entry, console);
}

}  // namespace

Status store_why(const StoreWhyOptions& options, Console& console) {
  return with_store(options.store, StoreUse::look, console, [&](Store& store) {
    return with_key(store, options.key, console, [&] {
      const Explanation explanation = explain(store, options.key);
      options.json ? print_json(options.key, explanation, console) : print_text(options.key, explanation, console);
      return explanation.state == State::present ? Status::fine : Status::check_failed;
    });
  });
}

}  // namespace larder::tools
