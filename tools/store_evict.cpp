#include <larder/store_report.h>

#include "base/text.h"
#include "tools/progress.h"
#include "tools/report.h"
#include "tools/store.h"
#include "tools/wording.h"

namespace larder::tools {

namespace {

// Below the limits that the user gives, else below those of the store.
std::vector<Evicted> evict(Store& store, const StoreEvictOptions& options) {
  if (!options.limits.unlimited()) {
    Progress progress("evicting from " + store.name(), std::nullopt, options.quiet);
    return larder::evict(store, options.limits, options.policy,
                         [&](const Evicted& item) { progress.advance(item.size); });
  }
  StoreRecords* const records = store.records();
  if (records == nullptr || records->limits().unlimited())
    internal::fail(ErrorKind::usage, "the store has no limits; give --bytes, --items or --age");
  return records->enforce();
}

void print_text(const std::vector<Evicted>& evicted, Console& console) {
  std::uint64_t bytes = 0;
  for (const Evicted& item : evicted) {
    console.print(
        internal::join(printable(item.name), ": ", size_text(item.size), ", limit ", name_of(item.reason), "\n"));
    bytes += item.size;
  }
  console.print(internal::join(count_text(evicted.size(), "item"), " evicted, ", size_text(bytes), "\n"));
}

void print_json(const std::vector<Evicted>& evicted, Console& console) {
  Report report;
  const Value list = report.list();
  for (const Evicted& item : evicted) {
    const Value entry = report.object();
    report.set(entry, "item", report.text(item.name));
    report.set(entry, "bytes", report.number(item.size));
    report.set(entry, "limit", report.text(name_of(item.reason)));
    report.append(list, entry);
  }
  report.print(list, console);
}

}  // namespace

Status store_evict(const StoreEvictOptions& options, Console& console) {
  return with_store(options.store, StoreUse::change, console, [&](Store& store) {
    const auto evicted = evict(store, options);
    options.json ? print_json(evicted, console) : print_text(evicted, console);
    return Status::fine;
  });
}

}  // namespace larder::tools
