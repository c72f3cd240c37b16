// HDF5 datasets that are stored in chunks, which may be compressed.
#pragma once

#include <cstdint>
#include <vector>

#include <larder/array.h>

#include "formats/hdf5/filters.h"

namespace larder::internal {

struct Hdf5Chunks {
  Shape shape{};  // of each
  std::vector<Hdf5Chunk> stored{};
};

// The rest of a layout message, behind its class, of version 1 to 3 (a tree) or 4 (one chunk, or all of them one after
// another). `shape` and `element` are the dataset's, `filtered`: it has filters. Errors `malformed`, `unsupported`.
Hdf5Chunks read_hdf5_chunk_tree(Hdf5File& file, std::uint64_t root, std::vector<std::uint64_t> chunk,
                                const Shape& shape, std::size_t element);
Hdf5Chunks read_hdf5_newer_chunks(Hdf5File& file, Hdf5Block layout, const Shape& shape, std::size_t element,
                                  bool filtered);

// Puts the chunks' elements into their places of `target`, a contiguous array in C order; places outside are dropped,
// those of chunks that are not stored are left alone.
void read_hdf5_chunks(Hdf5File& file, const Hdf5Chunks& chunks, const std::vector<Hdf5Filter>& filters,
                      const Shape& shape, std::size_t element, MutableBytes target);

}  // namespace larder::internal
