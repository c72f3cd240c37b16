#include "codecs/peak_memory.h"

#include <malloc.h>

#include <algorithm>
#include <fstream>
#include <string>

namespace larder::internal {

namespace {

// A line of /proc/self/status that counts kibibytes, in bytes.
std::optional<std::uint64_t> memory_figure(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string key; status >> key; status.ignore(1000, '\n')) {
    std::uint64_t kibibytes = 0;
    if (key == name && status >> kibibytes) return kibibytes * 1024;
  }
  return std::nullopt;
}

// Makes the kernel forget the peak that it has seen.
bool reset_peak() {
  std::ofstream clear("/proc/self/clear_refs");
  clear << '5' << std::flush;
  return clear.good();
}

}  // namespace

PeakMemory::PeakMemory() {
  ::malloc_trim(0);  // what earlier work left behind would be taken again unnoticed
  if (reset_peak()) before_ = memory_figure("VmRSS:");
}

std::optional<std::uint64_t> PeakMemory::rise() const {
  const auto peak = memory_figure("VmHWM:");
  if (!before_ || !peak) return std::nullopt;
  return *peak - std::min(*peak, *before_);
}

}  // namespace larder::internal
