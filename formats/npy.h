// .npy files as parts of other formats: docs/formats/npy.md.
#pragma once

#include <larder/document.h>
#include <larder/plugin/format.h>

#include "formats/elements.h"

namespace larder::internal {

// The array of a .npy file at the source's reader, which is then behind it. What is read into memory is taken from
// `budget`. Where elements are Python objects it is an object. stand_in: what stood for the array where the file was
// named. Errors: as Format::read.
Value read_npy(const ReadSource& source, ArrayBudget& budget, Document& document, Value stand_in = {});

// Reads what stands behind the header where elements are Python objects: one pickle of the whole array. A source that
// is mapped gets a warning. Errors: as Format::read.
Value read_object_array(const ReadSource& source, Document& document);

}  // namespace larder::internal
