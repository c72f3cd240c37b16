// Budget: what the choice of a codec and a level is to achieve, and what a choice costs by it. The one objective of
// `larder bench`, `advise` and compress="auto".
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <larder/export.h>

namespace larder {

// What one codec at one level made of some content. A plain value.
struct Trial {
  std::uint64_t content = 0;      // bytes before compression
  std::uint64_t stored = 0;       // bytes after it
  double compress_seconds = 0;    // from memory to memory
  double decompress_seconds = 0;  // likewise
};

// At how many bytes a second a disk takes a file, until it is safe there, and gives it. A plain value. These are the
// figures of a common solid-state disk; `measure_disk` (<larder/measure.h>) knows those of the disk at hand.
struct Disk {
  double write = 500e6;
  double read = 500e6;
};

// What is wanted of a choice. A plain value.
//
// By default the file that is written and read back soonest: compressed, written to the disk, read from it and
// decompressed, one after another. With `link` the file that arrives soonest: compressed, sent, decompressed.
// `smallest` and the two limits want the smallest file; with `link` beside them, the limits bound what arrives soonest.
// Limits that no choice meets are met as nearly as possible.
struct LARDER_API Budget {
  bool smallest = false;
  std::optional<double> read_at{};       // limit: reading yields so many bytes of content a second, or more
  std::optional<double> write_within{};  // limit: writing takes so many seconds, or fewer
  std::optional<double> link{};          // bytes a second; the file goes over it instead of to a disk and back
  Disk disk{};
  std::uint64_t content = 0;  // bytes that will be written; 0: as many as were tried

  // Whether the size of the file counts rather than time.
  bool by_size() const noexcept { return smallest || (!link && (read_at || write_within)); }

  // From a text, which is how `larder bench --OPTION` and compress="auto:..." say it: "" (the default), "smallest",
  // "read-at=500MB/s", "write-within=5s", "link=80MB/s", or several with commas between them. Error `usage`, naming
  // what is possible, for anything else, and for "smallest" beside "link", which want different things.
  static Budget parse(std::string_view text);
};

// Bytes a second: "500MB/s", "1.5GiB/s", "100Mbit/s"; "/s" may be left out. Error `usage` for anything else.
LARDER_API double parse_speed(std::string_view text);

// Seconds: "5s", "250ms", "2min", "1h", "30d", "1.5". Error `usage` for anything else.
LARDER_API double parse_duration(std::string_view text);

// What a choice costs; less is better.
struct Cost {
  // How many times the limit that is missed most is exceeded: 1 where all are met, 2 where reading takes twice as long
  // as it may.
  double excess = 1;
  // Seconds, or bytes of the file where `Budget::by_size`; for the whole content.
  double amount = 0;

  bool within() const noexcept { return excess <= 1; }
  friend std::partial_ordering operator<=>(const Cost&, const Cost&) = default;
};

LARDER_API Cost cost_of(const Trial& trial, const Budget& budget) noexcept;

// How long the whole content takes to be compressed and stored (or sent); to be fetched and decompressed. In seconds.
LARDER_API double seconds_to_write(const Trial& trial, const Budget& budget) noexcept;
LARDER_API double seconds_to_read(const Trial& trial, const Budget& budget) noexcept;

}  // namespace larder
