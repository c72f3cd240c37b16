#include <algorithm>
#include <utility>

#include <larder/store_report.h>

#include "base/text.h"
#include "tools/columns.h"
#include "tools/store.h"
#include "tools/store_wording.h"
#include "tools/wording.h"

namespace larder::tools {

namespace {

constexpr std::size_t shown_prefixes = 10;
constexpr std::size_t most_prefixes = 1000;  // that a Census has

using Share = std::pair<std::string, std::uint64_t>;  // the first part of keys, and the bytes below it

std::vector<Share> largest_first(const Census& census) {
  std::vector<Share> shares(census.bytes_by_prefix.begin(), census.bytes_by_prefix.end());
  std::ranges::stable_sort(shares, std::ranges::greater(), &Share::second);
  return shares;
}

std::string largest_text(const Census& census) {
  const auto shares = largest_first(census);
  std::string text;
  for (std::size_t i = 0; i < std::min(shares.size(), shown_prefixes); ++i)
    text += internal::join(i > 0 ? ", " : "", printable(shares[i].first), " ", size_text(shares[i].second));
  return shares.size() > shown_prefixes ? text + ", ..." : text;
}

void print_census(const Store& store, const Census& census, Console& console) {
  console.print(printable(store.name()) + "\n");
  std::vector<Row> rows;
  rows.push_back(
      {"items", internal::join(census.items, " with ", count_text(census.keys, "key"), ", ", size_text(census.bytes))});
  if (store.capabilities().checksums && census.unknown_checksum == 0)
    rows.push_back(
        {"checksums", internal::join(census.keys - census.without_checksum, " of ", count_text(census.keys, "key"))});
  if (census.least_recent && census.most_recent)
    rows.push_back({"used", time_text(*census.least_recent) + " to " + time_text(*census.most_recent)});
  rows.push_back({"limits", limits_text(census.limits, census.policy)});
  const bool all_prefixes = census.bytes_by_prefix.size() < most_prefixes;
  if (all_prefixes && !census.bytes_by_prefix.empty()) rows.push_back({"largest", largest_text(census)});
  if (census.set_aside > 0)
    rows.push_back(
        {"set aside", count_text(census.set_aside, "damaged value") + ", " + size_text(census.set_aside_bytes)});
  if (census.foreign > 0) rows.push_back({"foreign", count_text(census.foreign, "file") + " that is no value"});
  print_table(rows, console);
}

void print_json(const Store& store, const Census& census, Console& console) {
  Report report;
  const Value entry = report.object();
  report.set(entry, "store", report.text(store.name()));
  report.set(entry, "keys", report.number(census.keys));
  report.set(entry, "items", report.number(census.items));
  report.set(entry, "bytes", report.number(census.bytes));
  const bool is_known = census.unknown_checksum == 0;
  report.set(entry, "without_checksum", is_known ? report.number(census.without_checksum) : Value::none());
  report.set(entry, "foreign", report.number(census.foreign));
  report.set(entry, "set_aside", report.number(census.set_aside));
  report.set(entry, "set_aside_bytes", report.number(census.set_aside_bytes));
  report.set(entry, "least_recent", describe_time(report, census.least_recent));
  report.set(entry, "most_recent", describe_time(report, census.most_recent));
  report.set(entry, "limits", describe_limits(report, census.limits, census.policy));
  const Value prefixes = report.object();
  for (const auto& [prefix, bytes] : largest_first(census)) report.set(prefixes, prefix, report.number(bytes));
  report.set(entry, "bytes_by_prefix", prefixes);
  report.set(entry, "checksums", Value::boolean(store.capabilities().checksums));
  report.print(entry, console);
}

void print_value(const std::string& key, const Stat& stat, Console& console) {
  console.print(printable(key) + "\n");
  std::vector<Row> rows;
  rows.push_back({"size", internal::join(size_text(stat.size), " (", stat.size, " bytes)")});
  rows.push_back({"put", time_text(stat.modified)});
  if (stat.accessed) rows.push_back({"used", time_text(*stat.accessed)});
  rows.push_back({"etag", printable(stat.etag)});
  rows.push_back({"checksum", stat.xxh3 ? "xxh3 " + checksum_text(*stat.xxh3) : "none"});
  if (stat.cost) rows.push_back({"cost", internal::seconds_text(*stat.cost)});
  for (const auto& [name, text] : stat.metadata) rows.push_back({"metadata", printable(name) + "=" + printable(text)});
  print_table(rows, console);
}

Status stat_value(Store& store, const std::string& key, bool json, Console& console) {
  const auto stat = store.stat(key);
  if (!stat) return report_absent(key, console);
  Report report;
  json ? report.print(describe_value(report, key, *stat), console) : print_value(key, *stat, console);
  return Status::fine;
}

}  // namespace

Status store_stat(const StoreStatOptions& options, Console& console) {
  return with_store(options.store, StoreUse::look, console, [&](Store& store) {
    if (options.key)
      return with_key(store, *options.key, console,
                      [&] { return stat_value(store, *options.key, options.json, console); });
    const Census census = take_census(store);
    options.json ? print_json(store, census, console) : print_census(store, census, console);
    return Status::fine;
  });
}

}  // namespace larder::tools
