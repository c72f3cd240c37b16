#include "codecs/block_encoding.h"

#include <algorithm>

namespace larder::internal {

std::size_t BlockEncoding::gather(Bytes in, BlockInput& block) {
  const std::size_t taken = std::min(in.size(), block_size() - block.own.size());
  // Not before there is something to hold, nor a little at a time when there is a lot.
  if (block.own.size() + taken > block_size() / 8) block.own.reserve(block_size());
  block.own.append(in.first(taken));
  block.bytes = block.own;
  block.size = block.own.size();
  return taken;
}

}  // namespace larder::internal
