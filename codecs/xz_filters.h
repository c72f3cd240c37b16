// How each block of an .xz stream is best compressed: the filters that its bytes ask for.
#pragma once

#include <cstddef>

#include <larder/bytes.h>

#include "codecs/liblzma.h"

namespace larder::internal {

// The filters for a block at a level. Text and all that has no elements gets the level's own preset. For elements,
// literals are told apart by their position in one; where a sample shrinks clearly more by it, differences are taken;
// and where it then shrinks clearly more with the cheapest preset than it does plainly, that preset is used, except at
// the levels 7 to 9, which are for those who want it small. Depends on the content and the level alone; `coder` does
// the samples.
XzFilters filters_for(Bytes block, int level, LzmaCoder& coder);

}  // namespace larder::internal
