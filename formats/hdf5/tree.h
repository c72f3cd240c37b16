// A whole HDF5 file as values.
#pragma once

#include <larder/document.h>

#include "formats/hdf5/attributes.h"
#include "formats/whole.h"

namespace larder::internal {

// The root group: groups are dicts, datasets arrays (values as Hdf5Values has them). What has two names is one value.
// ReadSource::only: paths such as "layers/dense/vars/0"; all that lies below a group that is named, and what soft links
// among that lead to. Errors as Format::read, with the path of the object.
Value read_hdf5(WholeSource& whole, Document& document);

}  // namespace larder::internal
