// What the caller asked for, before a pickle is written.
#pragma once

#include <larder/plugin/format.h>

namespace larder::internal {

// The options with their protocol resolved. Error `usage` for a protocol or alignment that there is none of, and for
// buffers beside a pickle where that cannot be.
WriteOptions checked_pickling(WriteOptions options, bool buffers_may_lie_beside);

}  // namespace larder::internal
