// A Region that owns the bytes of a vector.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include <larder/bytes.h>

namespace larder::internal {

inline Region region_of(std::vector<std::byte> bytes) {
  const auto keeper = std::make_shared<std::vector<std::byte>>(std::move(bytes));
  return Region::adopt(keeper, MutableBytes(*keeper));
}

}  // namespace larder::internal
