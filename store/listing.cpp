#include <algorithm>
#include <iterator>

#include <larder/store.h>

#include "base/text.h"

namespace larder {

namespace {

class ListingOfEntries final : public Listing {
 public:
  explicit ListingOfEntries(std::vector<Entry> entries) : entries_(std::move(entries)) {}

 private:
  std::vector<Entry> do_next(std::size_t most) override {
    const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(next_);
    const std::size_t count = std::min(most, entries_.size() - next_);
    next_ += count;
    return {std::make_move_iterator(first), std::make_move_iterator(first + static_cast<std::ptrdiff_t>(count))};
  }

  std::vector<Entry> entries_;
  std::size_t next_ = 0;
};

}  // namespace

Listing::~Listing() = default;

std::vector<Entry> Listing::next(std::size_t most) {
  if (most == 0) internal::fail(ErrorKind::usage, "a page of a listing has at least 1 entry");
  return do_next(most);
}

std::unique_ptr<Listing> listing_of(std::vector<Entry> entries) {
  return std::make_unique<ListingOfEntries>(std::move(entries));
}

}  // namespace larder
