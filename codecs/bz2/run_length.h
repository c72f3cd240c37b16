// The first step of bzip2: four equal bytes in a row are followed by a count of how many more there are, 0 to 251 when
// writing, up to 255 when reading. In the format it only saves sorters of long ago from long runs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <larder/bytes.h>

#include "codecs/buffer.h"

namespace larder::internal::bz2 {

// Fills one block after another, each as far as libbz2 does, to the byte. Not thread-safe.
class RunShortener {
 public:
  // `full`: as soon as a run begins there or behind, its first byte is the block's last.
  explicit RunShortener(std::size_t full) : full_(full) {}

  // Appends the front of `in` to `block` and returns how much of it that was: less than all, possibly nothing, means
  // that the block is full. An empty block is a new one.
  std::size_t append(Bytes in, ByteSequence& block);

 private:
  std::size_t append_plain(Bytes in, ByteSequence& block);
  void append_byte(std::byte byte, ByteSequence& block);

  std::size_t full_;
  bool is_full_ = false;
  std::byte byte_{};  // of the run that the block ends with
  unsigned run_ = 0;  // its length, 255 at most
};

// Undoes it into `out`. Returns the length of the whole, also where it is more than `out`, which then holds as much as
// fits; nothing where a count is missing.
std::optional<std::size_t> restore_runs(Bytes block, MutableBytes out);

}  // namespace larder::internal::bz2
