// Zeros that take address space, but no memory until they are written.
#pragma once

#include <cstdint>
#include <vector>

#include <larder/bytes.h>

namespace larder::internal {

// Regions of zeros, many of them in one mapping, aligned to 64. Their bytes can be read at once, and written after
// `open` only. Not thread-safe; the Regions outlive it.
class ZeroPages {
 public:
  // Error `limit` where the address space has not that much.
  Region take(std::uint64_t size);

  // Lets the bytes of a Region that `take` gave be written. Error `limit` where the system has not that much memory.
  static void open(const Region& zeros);

 private:
  Region chunk_;
  std::size_t used_ = 0;
};

}  // namespace larder::internal
