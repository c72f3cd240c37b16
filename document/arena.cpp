#include "document/arena.h"

#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "base/text.h"

namespace larder::internal {

namespace {
constexpr std::size_t smallest_block = std::size_t{4} << 10;
constexpr std::size_t largest_block = std::size_t{16} << 20;
constexpr std::size_t smallest_large = std::size_t{64} << 10;  // array that gets pages of its own
}  // namespace

const std::byte* Arena::copy(Bytes bytes) {
  std::byte* const place = allocate(std::max<std::size_t>(bytes.size(), 1));
  if (!bytes.empty()) std::memcpy(place, bytes.data(), bytes.size());
  return place;
}

Bytes Arena::keep(Region region) {
  require(region.size());
  count(region.size());
  blocks_.push_back(std::move(region));
  return blocks_.back().bytes();
}

Bytes Arena::hold(Region region) {
  const std::byte* const start = region.data();
  return held_.emplace(start, std::move(region))->second.bytes();
}

Region Arena::share(Bytes bytes) const {
  const auto [first, end] = held_.equal_range(bytes.data());
  for (auto held = first; held != end; ++held) {
    if (held->second.size() >= bytes.size()) return held->second.slice(0, bytes.size());
  }
  const auto start = reinterpret_cast<std::uintptr_t>(bytes.data());
  // What is shared was mostly made a moment ago.
  for (auto block = blocks_.rbegin(); block != blocks_.rend(); ++block) {
    const auto begin = reinterpret_cast<std::uintptr_t>(block->data());
    if (start >= begin && start + bytes.size() <= begin + block->size())
      return block->slice(start - begin, bytes.size());
  }
  fail(ErrorKind::usage, "these bytes do not live in the Document");
}

void Arena::require(std::uint64_t more) const {
  if (more > most_ - std::min(size(), most_))
    fail(ErrorKind::limit, "the values need more memory than Limits::bytes allows (", most_, " bytes)");
}

std::size_t Arena::checked_size(std::size_t count, std::size_t item) {
  const auto size = checked_mul(count, item);
  if (!size) fail(ErrorKind::limit, count, " members are too many");
  return *size;
}

std::byte* Arena::allocate_elsewhere(std::size_t size) {
  // Blocks grow with the arena, so that a small Document stays small and a big one takes few blocks.
  const std::size_t block = std::clamp(static_cast<std::size_t>(this->size() / 2), smallest_block, largest_block);
  // What would take most of a block is one by itself; the current one goes on.
  const bool alone = size > block / 2;
  require(alone ? size : block);
  blocks_.push_back(Region::allocate(alone ? size : block));
  std::byte* const start = blocks_.back().mutable_bytes().data();
  count(blocks_.back().size());
  if (!alone) {
    next_ = start + size;
    end_ = start + block;
  }
  return start;
}

std::byte* Arena::own_pages(std::size_t size) {
  require(size);
  Pages pages(size);
  std::byte* const start = pages.data();
  const std::size_t taken = pages.size();
  large_.emplace(start, std::move(pages));
  count(taken);
  return start;
}

std::byte* Arena::zeroed_bytes(std::size_t size) {
  if (size >= smallest_large) return own_pages(size);
  std::byte* const place = allocate(size);
  std::memset(place, 0, size);
  return place;
}

std::byte* Arena::grow_bytes(std::byte* old, std::size_t old_size, std::size_t size) {
  const auto found = old_size < smallest_large ? large_.end() : large_.find(old);
  if (found == large_.end()) {
    std::byte* const place = size >= smallest_large ? own_pages(size) : allocate(size);
    if (old_size != 0) std::memcpy(place, old, old_size);
    return place;
  }
  const std::size_t before = found->second.size();
  if (size <= before) return old;
  require(size - before);
  found->second.grow(size);
  count(found->second.size() - before);
  // The same node under its new address: nothing is allocated, so nothing fails.
  auto node = large_.extract(found);
  std::byte* const place = node.mapped().data();
  node.key() = place;
  large_.insert(std::move(node));
  return place;
}

void Arena::drop_array(const void* array) noexcept {
  const auto found = large_.find(array);
  if (found == large_.end()) return;
  discount(found->second.size());
  large_.erase(found);
}

}  // namespace larder::internal
