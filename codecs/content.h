// Content that is read only where somebody looks at it, and samples of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include <larder/bytes.h>

namespace larder::internal {

// What is to be compressed. `read` fills `out` with the bytes from `offset` on, all of which are inside.
struct Content {
  std::uint64_t size = 0;
  std::function<void(std::uint64_t offset, MutableBytes out)> read;
};

// Pieces from all over the content, one after another, `size` bytes or a little less; all of it where it has no more.
// Several pieces begin and end at multiples of 4096, so that elements stay whole.
std::vector<std::byte> sample_of(const Content& content, std::uint64_t size);

}  // namespace larder::internal
