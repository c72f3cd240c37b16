#include <larder/store_report.h>

namespace larder {

std::uint64_t StoreRecords::count_foreign() { return 0; }

void StoreRecords::sweep() {}

Explanation explain(Store& store, std::string_view key) {
  if (StoreRecords* const records = store.records()) return records->explain(key);
  Explanation explanation;
  explanation.stat = store.stat(key);
  if (explanation.stat) explanation.state = Explanation::State::present;
  return explanation;
}

}  // namespace larder
