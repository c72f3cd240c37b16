// What happened to keys that are gone, so that `larder store why` can tell.
//
// history is a text, one event a line, appended in one write each:
//   <8 hex: low half of xxh3 of the rest> <unix time in ns> <event> <size> <detail, percent-escaped> <key or item,
//   percent-escaped>\n
// event: evicted-bytes evicted-items evicted-age damaged removed moved cleared. A line that does not check (its writer
// was killed half-way) is passed over and counted. At 16 MiB history becomes history.1, which goes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <larder/store_report.h>

#include "store/local/directories.h"

namespace larder::internal {

enum class Event { evicted_bytes, evicted_items, evicted_age, damaged, removed, moved, cleared };

// Thread-safe, and safe among processes.
class History {
 public:
  // Borrowed. The file is opened for each event: .larder may have been removed since the last one.
  explicit History(const Directories& directories) : directories_(directories) {}

  // Not synced: a power cut may take the last events. Error `io`.
  void add(Event event, std::string_view name, std::uint64_t size, std::string_view detail);

  // The last event of the key or of its item. Whether the history reaches back to the store's beginning is
  // Explanation::State::never_there or `unknown`.
  Explanation find(std::string_view key);

 private:
  const Directories& directories_;
};

}  // namespace larder::internal
