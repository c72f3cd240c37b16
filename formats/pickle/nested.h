// A pickle inside, or beside, an object of another format.
#pragma once

#include <larder/document.h>
#include <larder/plugin/format.h>

namespace larder::internal {

// Reads one pickle at the source's reader, which is then behind it. The observer hears of a nested stream. Errors: as
// Format::read.
Value read_nested_pickle(const ReadSource& source, Document& document);

}  // namespace larder::internal
