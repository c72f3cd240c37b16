#include "codecs/xz_filters.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "codecs/elements.h"

namespace larder::internal {
namespace {

// A piece out of the middle, of whole elements.
Bytes middle_of(Bytes bytes, std::size_t size) {
  const std::size_t length = std::min(bytes.size(), size);
  return bytes.subspan((bytes.size() - length) / 2 / 8 * 8, length);
}

// How small a sample becomes.
class Trials {
 public:
  Trials(Bytes sample, LzmaCoder& coder) : sample_(sample), coder_(coder), out_(xz_block_bound(sample.size())) {}

  std::size_t size_with(const XzFilters& filters) {
    std::size_t used = 0;
    coder_.encode_block(sample_, filters, out_, used);
    return used;
  }

 private:
  Bytes sample_;
  LzmaCoder& coder_;
  std::vector<std::byte> out_;
};

// Whether a is smaller than b by so much that it is so in the whole block too, and not only in a sample of it.
bool is_safely_below(std::size_t a, std::size_t b, std::size_t percent) { return a < b - b / 100 * percent; }

}  // namespace

XzFilters filters_for(Bytes block, int level, LzmaCoder& coder) {
  constexpr std::size_t least_for_trials = 128 * 1024;
  constexpr std::size_t largest_sample = 256 * 1024;
  constexpr int cheap = 0;
  constexpr int last_that_saves_time = 6;

  const XzFilters plain{.preset = level};
  const Bytes few = middle_of(block, 64 * 1024);
  const std::size_t width = element_width(few);
  if (width == 1) return plain;

  XzFilters best = plain;
  best.literal_context_bits = 0;
  best.literal_position_bits = best.position_bits = static_cast<unsigned>(std::bit_width(width)) - 1;
  if (block.size() < least_for_trials) return best;

  Trials trials(middle_of(block, std::min(largest_sample, block.size() / 4)), coder);
  XzFilters cheapest = best;
  cheapest.preset = cheap;
  std::size_t cheapest_size = 0;
  if (const std::size_t distance = difference_distance(few, width); distance != 0) {
    XzFilters differences = cheapest;
    differences.distance = distance;
    cheapest_size = trials.size_with(cheapest);
    // Rows and planes that resemble each other repeat farther away than a sample shows; differences hide that.
    if (const std::size_t size = trials.size_with(differences); is_safely_below(size, cheapest_size, 8)) {
      cheapest_size = size;
      cheapest.distance = best.distance = distance;
    }
  }

  if (level == cheap || level > last_that_saves_time) return best;
  if (cheapest_size == 0) cheapest_size = trials.size_with(cheapest);
  return is_safely_below(cheapest_size, trials.size_with(plain), 4) ? cheapest : best;
}

}  // namespace larder::internal
