// How much memory some work takes.
#pragma once

#include <cstdint>
#include <optional>

namespace larder::internal {

// How far the resident memory of this process, all its threads together, rises above what it is now. One at a time.
class PeakMemory {
 public:
  PeakMemory();

  // In bytes; nothing where the kernel does not tell (/proc is missing or forbidden).
  std::optional<std::uint64_t> rise() const;

 private:
  std::optional<std::uint64_t> before_;
};

}  // namespace larder::internal
