#include <larder/store_report.h>

#include "base/text.h"
#include "tools/report.h"
#include "tools/store.h"
#include "tools/store_wording.h"
#include "tools/wording.h"

namespace larder::tools {

namespace {

StoreRecords& records_of(Store& store) {
  if (StoreRecords* const records = store.records()) return *records;
  internal::fail(ErrorKind::unsupported, "the store keeps only values, no limits and no records");
}

void print_text(const std::vector<SetAside>& values, Console& console) {
  for (const SetAside& value : values) {
    console.print(internal::join(printable(value.name), ": ", printable(value.key), ", ", size_text(value.size), ", ",
                                 time_text(value.when), ": ", printable(value.why), "\n"));
  }
}

void print_json(const std::vector<SetAside>& values, Console& console) {
  Report report;
  const Value list = report.list();
  for (const SetAside& value : values) {
    const Value entry = report.object();
    report.set(entry, "name", report.text(value.name));
    report.set(entry, "key", report.text(value.key));
    report.set(entry, "bytes", report.number(value.size));
    report.set(entry, "when", describe_time(report, value.when));
    report.set(entry, "why", report.text(value.why));
    report.append(list, entry);
  }
  report.print(list, console);
}

}  // namespace

Status store_damaged(const StoreDamagedOptions& options, Console& console) {
  const StoreUse use = options.discard.empty() ? StoreUse::look : StoreUse::change;
  return with_store(options.store, use, console, [&](Store& store) {
    StoreRecords& records = records_of(store);
    for (const std::string& name : options.discard) records.discard(name);
    if (!options.discard.empty()) return Status::fine;
    const auto values = records.set_aside_values();
    options.json ? print_json(values, console) : print_text(values, console);
    return Status::fine;
  });
}

}  // namespace larder::tools
