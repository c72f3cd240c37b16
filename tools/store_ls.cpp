#include <larder/document.h>

#include "base/text.h"
#include "tools/store.h"
#include "tools/store_wording.h"
#include "tools/wording.h"

namespace larder::tools {

namespace {

// Columns of a width that fits nearly all values: a table that is as wide as it must be would need all keys at once.
std::string padded(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

std::string line_of(std::string size, std::string put, std::string used, std::string checksum, std::string_view key) {
  if (size.size() < 10) size.insert(0, 10 - size.size(), ' ');
  return internal::join(size, "  ", padded(std::move(put), 19), "  ", padded(std::move(used), 19), "  ",
                        padded(std::move(checksum), 16), "  ", key, "\n");
}

std::string line_of(const Entry& entry) {
  const Stat& stat = *entry.stat;
  const std::string without = stat.etag.empty() ? "?" : "-";  // a store on S3 would have to ask for each value
  return line_of(size_text(stat.size), time_text(stat.modified), stat.accessed ? time_text(*stat.accessed) : "-",
                 stat.xxh3 ? checksum_text(*stat.xxh3) : without, printable(entry.key));
}

// Prints the page as members of a JSON list, one a line; `separator` stands before the next one.
void print_json(const std::vector<Entry>& page, std::string_view& separator, Console& console) {
  for (const Entry& entry : page) {
    Report report;
    const Value member = entry.stat ? describe_value(report, entry.key, *entry.stat) : report.text(entry.key);
    console.print(internal::join(separator, "\n  ", to_json(member)));
    separator = ",";
  }
}

void print_text(const std::vector<Entry>& page, Console& console) {
  for (const Entry& entry : page)
    console.print(entry.stat ? line_of(entry) : internal::join(printable(entry.key), "\n"));
}

}  // namespace

Status store_list(const StoreListOptions& options, Console& console) {
  return with_store(options.store, StoreUse::look, console, [&](Store& store) {
    const auto listing = store.list(
        {.prefix = options.prefix, .details = options.details, .only_sizes = options.details && !options.json});
    std::string_view separator = "[";
    if (options.details && !options.json) console.print(line_of("SIZE", "PUT", "USED", "CHECKSUM", "KEY"));
    for (auto page = listing->next(); !page.empty(); page = listing->next())
      options.json ? print_json(page, separator, console) : print_text(page, console);
    if (options.json) console.print(separator == "[" ? "[]\n" : "\n]\n");
    return Status::fine;
  });
}

}  // namespace larder::tools
