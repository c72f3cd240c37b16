// The trees of version 1 in HDF5 files: the symbols of an old group, the chunks of a dataset.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "formats/hdf5/file.h"

namespace larder::internal {

enum class Hdf5Tree : std::uint8_t { group = 0, chunks = 1 };

// Calls `leaf` with each entry of the tree's last level, left to right: a key of `key_size` bytes, then the address of
// what it leads to. Errors `malformed` (also for nodes that are used twice or stand on the wrong level), `limit`.
void walk_hdf5_tree(Hdf5File& file, std::uint64_t root, Hdf5Tree kind, std::size_t key_size,
                    const std::function<void(Hdf5Block entry)>& leaf);

}  // namespace larder::internal
