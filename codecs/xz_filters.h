// How each block of an .xz stream is best compressed: the filters that its bytes ask for.
#pragma once

#include <cstddef>

#include <larder/bytes.h>

#include "codecs/elements.h"
#include "codecs/liblzma.h"

namespace larder::internal {

// Chooses the filters for the blocks of one stream at a level, one after another.
//
// Text and all that has no elements gets the level's own preset. For elements, literals are told apart by their
// position in one; where a sample shrinks clearly more by it, differences are taken; and where it then shrinks clearly
// more with the cheapest preset than it does plainly, that preset is used, except at the levels 7 to 9, which are for
// those who want it small. The choice depends on the level and on the content of the stream up to there.
class XzFilterChooser {
 public:
  explicit XzFilterChooser(int level) : level_(level) {}

  // How many bytes show all that is looked at.
  static constexpr std::size_t enough = 128 * 1024;

  // For the block that begins with these bytes. Blocks that resemble those before get the same, most of them unseen.
  XzFilters choose(Bytes start);

  // Whether so little effort will do for these filters that a block need not be long.
  bool is_cheap(const XzFilters& filters) const { return filters.preset < level_; }

 private:
  XzFilters look_closely(Bytes start, std::size_t width);

  int level_;
  Elements elements_{};
  XzFilters chosen_{};
  int chosen_for_ = 0;  // blocks
  LzmaCoder coder_;     // for samples
};

}  // namespace larder::internal
