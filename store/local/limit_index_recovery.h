// Making an index anew: from the one that has become too small, or from the files.
#pragma once

#include "store/local/limit_index.h"

namespace larder::internal {

// An index with the items of `old`, and room for as many again. It has taken the name of the old one. Error `malformed`
// where the old one makes no sense; the old one stays in any case of an Error.
IndexFile larger_index(const Descriptor& home, const IndexFile& old);

// An index of what the files have. `old`, where there is one, may be torn: of each item that it knows, and whose name
// is whole, it keeps when it was used. It has taken the old one's name.
IndexFile index_of_files(const Descriptor& home, const LimitIndex::Files& files, const StoreClock& clock,
                         const std::optional<IndexFile>& old);

}  // namespace larder::internal
