// How the programs that answer Python's questions read: arrays as they are stored, buffers as Python hands them over.
#pragma once

#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <larder/larder.h>

#include "tests/support/hexadecimal.h"

namespace larder::testing {

inline LoadOptions as_stored() {
  LoadOptions options;
  options.ensure_native_byte_order = false;
  return options;
}

// The same bytes, not to be written.
inline Region read_only(Region region) {
  const auto keeper = std::make_shared<const Region>(std::move(region));
  return Region::adopt(keeper, keeper->bytes());
}

// Buffers from their list: r or w (writable) and hexadecimal digits each, with commas between; "-" for none.
inline std::vector<Region> buffers_from(const std::string& list) {
  std::vector<Region> buffers;
  std::istringstream words(list == "-" ? "" : list);
  for (std::string word; std::getline(words, word, ',');) {
    Region buffer = Region::copy_of(as_bytes(word.size() == 1 ? "" : from_hex(word.substr(1))));
    buffers.push_back(word.front() == 'w' ? std::move(buffer) : read_only(std::move(buffer)));
  }
  return buffers;
}

}  // namespace larder::testing
