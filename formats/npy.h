// The part of .npy files that is a pickle: docs/formats/npy.md.
#pragma once

#include <larder/document.h>
#include <larder/plugin/format.h>

namespace larder::internal {

// Reads what stands behind the header where elements are Python objects: one pickle of the whole array. A source that
// is mapped gets a warning; the observer hears of a nested stream. Errors: as Format::read.
Value read_object_array(const ReadSource& source, Document& document);

}  // namespace larder::internal
