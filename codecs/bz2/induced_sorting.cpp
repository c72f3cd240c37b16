#include "codecs/bz2/induced_sorting.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

namespace larder::internal::bz2 {
namespace {

constexpr std::int32_t none = -1;

// One text, of numbers below `alphabet`. A suffix is rising where it is less than the one that follows it, and a valley
// where it rises and the one before it does not: from the valleys in order the order of all suffixes follows in two
// passes.
template <class Letter>
class Sorting {
 public:
  Sorting(std::span<const Letter> text, std::size_t alphabet, std::span<std::int32_t> order)
      : text_(text), order_(order), rises_(text.size()), ends_(alphabet), places_(alphabet) {
    for (const Letter letter : text_) ++ends_[index(letter)];
    std::partial_sum(ends_.begin(), ends_.end(), ends_.begin());
    for (std::size_t k = text_.size() - 1; k-- > 0;)
      rises_[k] = text_[k] < text_[k + 1] || (text_[k] == text_[k + 1] && rises_[k + 1]);
    for (std::size_t k = 1; k < text_.size(); ++k)
      if (is_valley(k)) valleys_.push_back(static_cast<std::int32_t>(k));
  }

  void sort() {
    // Sorts the stretches from valley to valley, and with these as letters the valleys.
    induce(valleys_);
    const std::size_t names = name_stretches();
    const std::size_t count = valleys_.size();
    const std::span<std::int32_t> valley_order = order_.first(count);
    const std::span<std::int32_t> shorter = order_.last(count);
    if (names == count) {
      for (std::size_t k = 0; k < count; ++k)
        valley_order[static_cast<std::size_t>(shorter[k])] = static_cast<std::int32_t>(k);
    } else {
      Sorting<std::int32_t>(shorter, names, valley_order).sort();
    }
    std::vector<std::int32_t> sorted(count);
    for (std::size_t k = 0; k < count; ++k) sorted[k] = valleys_[static_cast<std::size_t>(valley_order[k])];
    induce(sorted);
  }

 private:
  static std::size_t index(Letter letter) noexcept { return static_cast<std::size_t>(letter); }
  bool is_valley(std::size_t at) const { return at > 0 && rises_[at] && !rises_[at - 1]; }

  // Puts the valleys, in this order, at the ends of their letters' places; then what falls to a suffix that has its
  // place, from the left, then what rises to one, from the right.
  void induce(std::span<const std::int32_t> valleys) {
    std::ranges::fill(order_, none);
    places_ = ends_;
    for (std::size_t k = valleys.size(); k-- > 0;) order_[--places_of(valleys[k])] = valleys[k];

    places_[0] = 0;
    std::copy(ends_.begin(), ends_.end() - 1, places_.begin() + 1);
    const auto fall = [&](std::size_t at) {
      order_[places_of(static_cast<std::int32_t>(at))++] = static_cast<std::int32_t>(at);
    };
    fall(text_.size() - 1);
    for (std::size_t k = 0; k < order_.size(); ++k) {
      const std::int32_t at = order_[k];
      if (at > 0 && !rises_[static_cast<std::size_t>(at) - 1]) fall(static_cast<std::size_t>(at) - 1);
    }

    places_ = ends_;
    for (std::size_t k = order_.size(); k-- > 0;) {
      const std::int32_t at = order_[k];
      if (at > 0 && rises_[static_cast<std::size_t>(at) - 1]) order_[--places_of(at - 1)] = at - 1;
    }
  }

  std::size_t& places_of(std::int32_t at) { return places_[index(text_[static_cast<std::size_t>(at)])]; }

  // Numbers the stretches, which are sorted in `order_`, equal ones alike, and leaves the numbers, in the order of the
  // text, at the end of `order_`. Returns how many there are.
  std::size_t name_stretches() {
    const std::size_t count = valleys_.size();
    std::size_t found = 0;
    for (const std::int32_t at : order_)
      if (is_valley(static_cast<std::size_t>(at))) order_[found++] = at;
    // Valleys are never neighbours: half a place each is room enough.
    const std::span<std::int32_t> names = order_.subspan(count);
    std::ranges::fill(names, none);
    std::size_t name = 0;
    for (std::size_t k = 0; k < count; ++k) {
      const auto at = static_cast<std::size_t>(order_[k]);
      if (k > 0 && !equal_stretches(static_cast<std::size_t>(order_[k - 1]), at)) ++name;
      names[at / 2] = static_cast<std::int32_t>(name);
    }
    std::size_t to = order_.size();
    for (std::size_t k = names.size(); k-- > 0;)
      if (names[k] != none) order_[--to] = names[k];
    return count == 0 ? 0 : name + 1;
  }

  // Each up to and with the next valley; the last of the text is like no other.
  bool equal_stretches(std::size_t a, std::size_t b) const {
    for (std::size_t k = 0;; ++k) {
      if (a + k == text_.size() || b + k == text_.size() || text_[a + k] != text_[b + k]) return false;
      if (k > 0 && (is_valley(a + k) || is_valley(b + k))) return is_valley(a + k) && is_valley(b + k);
    }
  }

  std::span<const Letter> text_;
  std::span<std::int32_t> order_;
  std::vector<bool> rises_;
  std::vector<std::int32_t> valleys_{};  // in the order of the text
  std::vector<std::size_t> ends_;        // of each letter, behind its places in `order_`
  std::vector<std::size_t> places_;      // of each letter, where the next one goes
};

}  // namespace

void induce_order(std::span<const std::uint8_t> text, std::span<std::int32_t> order) {
  if (text.empty()) return;
  Sorting<std::uint8_t>(text, 256, order).sort();
}

}  // namespace larder::internal::bz2
