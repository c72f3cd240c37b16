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
  internal::fail(ErrorKind::unsupported, "the store keeps no limits");
}

}  // namespace

Status store_limit(const StoreLimitOptions& options, Console& console) {
  StoreChoice choice = options.store;
  for (const std::string& setting : options.settings) choice.settings.push_back(setting);
  const StoreUse use = options.settings.empty() ? StoreUse::look : StoreUse::fill;
  return with_store(choice, use, console, [&](Store& store) {
    StoreRecords& records = records_of(store);
    const StoreLimits limits = records.limits();
    Report report;
    if (options.json) {
      report.print(describe_limits(report, limits, records.policy()), console);
    } else {
      console.print(limits_text(limits, records.policy()) + "\n");
    }
    return Status::fine;
  });
}

Status store_rebuild(const StoreRebuildOptions& options, Console& console) {
  return with_store(options.store, StoreUse::change, console, [&](Store& store) {
    console.print(count_text(records_of(store).rebuild(), "item") + "\n");
    return Status::fine;
  });
}

}  // namespace larder::tools
