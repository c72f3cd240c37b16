#include "codecs/xz_filters.h"

#include <algorithm>
#include <bit>
#include <vector>

namespace larder::internal {
namespace {

constexpr int cheapest_preset = 0;

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

bool is_below(std::size_t a, std::size_t b, std::size_t percent) { return a < b - b / 100 * percent; }

bool resemble(const Elements& a, const Elements& b) {
  const auto [less, more] = std::minmax(a.entropy, b.entropy);
  return a.width == b.width && more - less <= more / 16;
}

Bytes first_of(Bytes bytes, std::size_t size) { return bytes.first(std::min(bytes.size(), size)); }

}  // namespace

XzFilters XzFilterChooser::choose(Bytes start) {
  constexpr int most_alike = 16;
  const Elements elements = elements_of(first_of(start, 64 * 1024));
  if (chosen_for_ > 0 && chosen_for_ < most_alike && resemble(elements, elements_)) {
    ++chosen_for_;
    return chosen_;
  }
  elements_ = elements;
  chosen_ = elements.width == 1 ? XzFilters{.preset = level_} : look_closely(start, elements.width);
  chosen_for_ = 1;
  return chosen_;
}

XzFilters XzFilterChooser::look_closely(Bytes start, std::size_t width) {
  constexpr std::size_t least_for_trials = 64 * 1024;
  constexpr int last_that_saves_time = 6;

  XzFilters best{.preset = level_, .literal_context_bits = 0};
  best.literal_position_bits = best.position_bits = static_cast<unsigned>(std::bit_width(width)) - 1;
  if (start.size() < least_for_trials) return best;

  const std::size_t distance = difference_distance(first_of(start, 64 * 1024), width);
  const bool may_save_time = level_ > cheapest_preset && level_ <= last_that_saves_time;
  if (distance == 0 && !may_save_time) return best;

  Trials trials(first_of(start, enough), coder_);
  XzFilters cheap = best;
  cheap.preset = cheapest_preset;
  const std::size_t values_size = trials.size_with(cheap);
  std::size_t cheap_size = values_size;
  if (distance != 0) {
    XzFilters differences = cheap;
    differences.distance = distance;
    // Rows and planes that resemble each other repeat farther away than a sample shows, and differences hide that.
    if (const std::size_t size = trials.size_with(differences); is_below(size, values_size, 23)) {
      cheap_size = size;
      cheap.distance = best.distance = distance;
    }
  }

  if (!may_save_time) return best;
  // Where more effort finds more repetitions in a sample, it finds yet more in all.
  const std::size_t plain_size = trials.size_with({.preset = level_});
  return is_below(cheap_size, plain_size, 4) && values_size <= plain_size ? cheap : best;
}

}  // namespace larder::internal
