#include "codecs/bz2/burrows_wheeler.h"

#include <algorithm>
#include <new>

#include "codecs/bz2/suffix_order.h"

namespace larder::internal::bz2 {
namespace {

struct Rotation {
  std::size_t start = 0;   // of the least rotation; the first such
  std::size_t period = 0;  // of the ring: its length, where it does not consist of equal parts
};

// Two candidates race: the one that is found to be greater, after `equal` bytes, excludes itself and so many behind it.
Rotation least_rotation(std::span<const std::uint8_t> ring) noexcept {
  const std::size_t size = ring.size();
  const auto at = [&](std::size_t index) { return ring[index < size ? index : index - size]; };
  std::size_t first = 0;
  std::size_t second = 1;
  std::size_t equal = 0;
  while (second < size && first < size) {
    if (equal == 0 && first < second)
      while (ring[second] > ring[first])
        if (++second == size) return {first, size};
    const std::uint8_t a = at(first + equal);
    const std::uint8_t b = at(second + equal);
    if (a == b) {
      if (++equal == size) return {std::min(first, second), std::max(first, second) - std::min(first, second)};
      continue;
    }
    (a > b ? first : second) += equal + 1;
    if (first == second) ++second;
    equal = 0;
  }
  return {std::min(first, second), size};
}

}  // namespace

// The least rotation of a ring that has no smaller period is less than each of its own suffixes, so that the order of
// its suffixes is the order of its rotations.
BurrowsWheeler::Result BurrowsWheeler::transform(std::span<const std::uint8_t> block) {
  const auto [start, period] = least_rotation(block);
  const std::size_t repeats = block.size() / period;
  ring_.resize(std::max(ring_.size(), period));
  const std::span<std::uint8_t> ring = std::span(ring_).first(period);
  std::rotate_copy(block.begin(), block.begin() + static_cast<std::ptrdiff_t>(start),
                   block.begin() + static_cast<std::ptrdiff_t>(period), ring.begin());

  reserve(block.size());
  // The last bytes take the place of the order, which stands so far behind that none is overwritten before it is read.
  const std::span<std::int32_t> order{
      new (memory_.get() + (block.size() - period) * sizeof(std::int32_t)) std::int32_t[period], period};
  sort_suffixes(ring, order);

  auto* const last_bytes = reinterpret_cast<std::uint8_t*>(memory_.get());
  const std::size_t block_at = start == 0 ? 0 : period - start;
  std::uint32_t origin = 0;
  std::size_t made = 0;
  for (std::size_t row = 0; row < period; ++row) {
    const std::size_t at = static_cast<std::size_t>(order[row]);
    if (at == block_at) origin = static_cast<std::uint32_t>(made);
    const std::uint8_t byte = ring[(at == 0 ? period : at) - 1];
    last_bytes[made++] = byte;
    for (std::size_t copy = 1; copy < repeats; ++copy) last_bytes[made++] = byte;
  }

  const std::size_t spare_at = (block.size() + 1) / 2 * 2;
  const std::size_t spare_size = block.size() + 1;
  auto* const spare = new (memory_.get() + spare_at) std::uint16_t[spare_size];
  return {.last_bytes = {last_bytes, block.size()}, .origin = origin, .spare = {spare, spare_size}};
}

void BurrowsWheeler::reserve(std::size_t size) {
  if (size <= reserved_) return;
  memory_.reset();
  reserved_ = 0;
  const std::size_t least = 8;  // where the order of one or two rotations is less than what `spare` promises
  memory_ = std::make_unique_for_overwrite<std::byte[]>(size * sizeof(std::int32_t) + least);
  reserved_ = size;
}

}  // namespace larder::internal::bz2
