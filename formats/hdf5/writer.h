// Values become an HDF5 file.
#pragma once

#include <larder/document.h>
#include <larder/writer.h>

namespace larder::internal {

// Writes `root`, a dict as read_hdf5 gives it: dicts are groups, arrays datasets; str and (nested) lists of str texts;
// bytes, bool, int, float, complex and None single values. "/" in a name makes groups. What is one array or dict at two
// places is one object with two names. Superblock 0, groups of the first version, contiguous data aligned to 64 bytes:
// what every HDF5 reads. Metadata is made in memory, elements go from their arrays to the Writer.
//
// Error `unsupported`, naming the path, before anything is written, for what HDF5 cannot hold.
void write_hdf5(Value root, Writer& writer);

}  // namespace larder::internal
