// What happened to keys that are gone, so that `larder store why` can tell.
//
// history is a text, one event a line, each appended in one write:
//   <unix time in ns> <event> <name> <detail> .\n
// Name (a key, or an item) and detail are percent-escaped; the detail may be empty. The dot ends what is whole: a line
// that was cut short (its writer was killed, the disk was full) has none and is passed over. A full history becomes
// history.1, and the one before goes, of which a `forgotten` is written first.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <larder/store_report.h>

#include "store/local/directories.h"

namespace larder::internal {

enum class Event {
  evicted_bytes,
  evicted_items,
  evicted_age,
  damaged,
  removed,
  moved,
  forgotten,  // events before are no longer known
};

// Thread-safe, and safe among processes.
class History {
 public:
  static constexpr std::uint64_t default_size = 16 * 1024 * 1024;

  // `directories` is borrowed. A history of more than `most` bytes becomes history.1. The file is opened for each
  // event: .larder may have been removed since the last one.
  explicit History(const Directories& directories, std::uint64_t most = default_size)
      : directories_(directories), most_(most) {}

  // What has happened has happened: where it cannot be written down (the disk is full, and a removal is to help), it is
  // lost, and nothing fails for it. Not synced: a power cut may take the last events.
  void add(Event event, std::string_view name, std::string_view detail) noexcept;

  // The last event of the key or of its item. Without one: Explanation::State `never_there` where no event was
  // forgotten, else `unknown`. Errors `io`.
  Explanation find(std::string_view key) const;

 private:
  void write_down(const std::string& line);

  const Directories& directories_;
  std::uint64_t most_;
};

}  // namespace larder::internal
