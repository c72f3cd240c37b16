#include <array>
#include <numeric>

#include <larder/store_report.h>

#include "base/text.h"
#include "tools/progress.h"
#include "tools/report.h"
#include "tools/store.h"
#include "tools/wording.h"

namespace larder::tools {

namespace {

using State = Verified::State;

std::string_view text_of(State state) {
  switch (state) {
    case State::intact:
      return "intact";
    case State::without_checksum:
      return "without checksum";
    case State::damaged:
      return "damaged";
    case State::unreadable:
      return "unreadable";
  }
  return "";
}

// What verifying has found so far.
struct Findings {
  std::array<std::uint64_t, 4> counts{};  // by state
  Report report;
  Value bad = report.list();  // for JSON

  std::uint64_t& count(State state) { return counts.at(static_cast<std::size_t>(state)); }
  std::uint64_t values() const { return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}); }
};

// "larder: KEY: damaged: 4096 bytes are there, 9312 were put", or an entry of the JSON.
void report_bad(const Store& store, const Verified& value, bool json, Findings& findings, Console& console) {
  const std::string why = without_name(value.why, store.name(value.key));
  if (!json)
    return console.say(
        internal::join("larder: ", printable(value.key), ": ", text_of(value.state), ": ", printable(why)));
  Report& report = findings.report;
  const Value entry = report.object();
  report.set(entry, "key", report.text(value.key));
  report.set(entry, "state", report.text(text_of(value.state)));
  report.set(entry, "why", report.text(why));
  report.append(findings.bad, entry);
}

void print_summary(Findings& findings, bool set_aside, Console& console) {
  std::string line =
      internal::join(count_text(findings.values(), "value"), ": ", findings.count(State::intact), " intact");
  for (const State state : {State::without_checksum, State::damaged, State::unreadable}) {
    if (findings.count(state) > 0) line += internal::join(", ", findings.count(state), ' ', text_of(state));
    if (findings.count(state) > 0 && state == State::damaged && set_aside) line += " and set aside";
  }
  console.print(line + "\n");
}

void print_json(Findings& findings, Console& console) {
  Report& report = findings.report;
  const Value result = report.object();
  report.set(result, "values", report.number(findings.values()));
  report.set(result, "intact", report.number(findings.count(State::intact)));
  report.set(result, "without_checksum", report.number(findings.count(State::without_checksum)));
  report.set(result, "bad", findings.bad);
  report.print(result, console);
}

}  // namespace

Status store_verify(const StoreVerifyOptions& options, Console& console) {
  const StoreUse use = options.set_aside ? StoreUse::change : StoreUse::look;
  return with_store(options.store, use, console, [&](Store& store) {
    Findings findings;
    Progress progress("verifying " + store.name(), std::nullopt, options.quiet);
    const auto hear = [&](const Verified& value) {
      ++findings.count(value.state);
      progress.advance(value.size);
      if (value.state != State::damaged && value.state != State::unreadable) return;
      progress.clear();
      report_bad(store, value, options.json, findings, console);
    };
    const auto damaged = options.set_aside ? Damaged::set_aside : Damaged::leave;
    const std::uint64_t bad = verify(store, options.prefix, damaged, hear);
    progress.clear();
    options.json ? print_json(findings, console) : print_summary(findings, options.set_aside, console);
    return bad == 0 ? Status::fine : Status::check_failed;
  });
}

}  // namespace larder::tools
