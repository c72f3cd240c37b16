// The members of a group as files of HDF5's first versions list them: a tree of names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "formats/hdf5/encoding.h"

namespace larder::internal {

inline constexpr std::uint64_t hdf5_leaf_k = 4;       // half of the entries of a node of symbols
inline constexpr std::uint64_t hdf5_internal_k = 16;  // half of the children of a node of the tree

struct Hdf5Member {
  std::string name;
  std::uint64_t header = 0;  // its address
};

struct Hdf5SymbolTable {
  std::uint64_t tree = 0;
  std::uint64_t heap = 0;
};

// Appends heap, symbols and tree of a group.
Hdf5SymbolTable append_hdf5_symbols(Hdf5Encoder& out, std::vector<Hdf5Member> members);

}  // namespace larder::internal
