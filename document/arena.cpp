#include "document/arena.h"

#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "base/text.h"

namespace larder::internal {

namespace {
constexpr std::size_t smallest_block = std::size_t{4} << 10;
constexpr std::size_t largest_block = std::size_t{16} << 20;
}  // namespace

const std::byte* Arena::copy(Bytes bytes) {
  std::byte* const place = allocate(std::max<std::size_t>(bytes.size(), 1));
  if (!bytes.empty()) std::memcpy(place, bytes.data(), bytes.size());
  return place;
}

Bytes Arena::keep(Region region) {
  require(region.size());
  size_ += region.size();
  blocks_.push_back(std::move(region));
  return blocks_.back().bytes();
}

void Arena::require(std::uint64_t more) const {
  if (more > most_ - std::min(size_, most_))
    fail(ErrorKind::limit, "the values need more memory than Limits::bytes allows (", most_, " bytes)");
}

std::size_t Arena::checked_size(std::size_t count, std::size_t item) {
  const auto size = checked_mul(count, item);
  if (!size) fail(ErrorKind::limit, count, " members are too many");
  return *size;
}

void Arena::grow(std::size_t size) {
  // Blocks grow with the arena, so that a small Document stays small and a big one takes few blocks.
  const std::size_t step = std::clamp(static_cast<std::size_t>(size_ / 2), smallest_block, largest_block);
  const std::size_t block = std::max(size, step);
  require(block);
  Region region = Region::allocate(block);
  const MutableBytes bytes = region.mutable_bytes();
  next_ = bytes.data();
  end_ = next_ + bytes.size();
  size_ += block;
  blocks_.push_back(std::move(region));
}

}  // namespace larder::internal
