// Measuring codecs on given content, and what to make of the figures. `larder bench` is made of this.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <larder/budget.h>
#include <larder/bytes.h>
#include <larder/codec.h>
#include <larder/compress.h>
#include <larder/export.h>
#include <larder/limits.h>

namespace larder {

// One way to store content. A plain value.
struct Setting {
  Compression compression{};  // no codec: the content is only copied
  int threads = 1;            // as CodecOptions::threads

  // "zstd:3", "none": what the compress argument takes.
  LARDER_API std::string name() const;
};

// What a Setting made of the content. A plain value.
struct Measurement {
  Setting setting{};
  Trial trial{};    // times are medians over the runs that count
  int repeats = 0;  // how many those were; 0: the first run is all there is
  // Resident memory that compressing and decompressing took at most, beyond the content and what became of it; nothing
  // where MeasureOptions::memory is false, or where the system does not tell.
  std::optional<std::uint64_t> compress_memory{};
  std::optional<std::uint64_t> decompress_memory{};
};

// Bytes of content a second; infinite where it took no time.
LARDER_API double compress_speed(const Trial& trial) noexcept;
LARDER_API double decompress_speed(const Trial& trial) noexcept;
// Content per stored byte; 1 for no content.
LARDER_API double ratio_of(const Trial& trial) noexcept;

struct MeasureOptions {
  int repeats = 5;  // runs that count, after the first one, which only warms up
  // No run is begun that would end later than this; but the first one of each Setting always is, and those that take no
  // more than a thousandth of it.
  double seconds = 60;
  // Whether the first run is made in a process of its own (fork), which tells its memory and survives a codec that
  // crashes. For processes without other threads.
  bool memory = false;
  Limits limits{};                                           // of decompression
  std::function<double()> clock{};                           // seconds since any moment; nothing: the steady clock
  std::function<void(const Setting& setting)> before_run{};  // called before each; what it throws ends the measuring
};

// Compresses each of `contents` by each Setting, from memory to memory, and decompresses what came of it.
//
// First each Setting once, and what comes back is compared; then in rounds, one run of each after the other, so that a
// machine which is slower for a while is slower for all. Returns one Measurement for each Setting, in their order.
// Errors: `malformed` where a codec does not give back what it got, or crashed; and those of Codec::compress and
// decompress. Thread-safe, but measuring one thing at a time tells more.
LARDER_API std::vector<Measurement> measure(std::span<const Bytes> contents, std::span<const Setting> settings,
                                            const MeasureOptions& options = {});

// Measures the disk that `directory` lies on: writes a file without a name, `size` bytes, to where it survives a power
// cut, and reads it back past the page cache. Errors: `not_found`, `io`, `unsupported` where the file system has no
// nameless files.
LARDER_API Disk measure_disk(const Path& directory, std::uint64_t size = std::uint64_t{64} << 20);

// What to take.
struct Advice {
  std::size_t best = 0;  // which Measurement
  Cost cost{};           // of it
  std::string sentence;  // for people, with the figures that speak for it
};

// The Measurement that costs least by the budget; of equals the first. Error `usage` where there is none.
LARDER_API Advice advise(std::span<const Measurement> measurements, const Budget& budget = {});

// Which measurements no other one beats: none is at least as good in ratio, compression and decompression speed, and
// better in one of them. In their order.
LARDER_API std::vector<std::size_t> pareto_front(std::span<const Measurement> measurements);

}  // namespace larder
