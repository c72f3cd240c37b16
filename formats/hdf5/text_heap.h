// The texts of any length of an HDF5 file that is being made.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "formats/hdf5/encoding.h"

namespace larder::internal {

// Texts are gathered into collections, which are placed behind everything that refers to them.
class Hdf5TextHeap {
 public:
  // Appends a reference to `text` to `out`, whose address in it is filled in by `append_to`.
  void refer(std::string_view text, Hdf5Encoder& out, std::uint64_t out_begins_at = 0);

  // Appends the collections and fills in the references, all of which are in `out` by now.
  void append_to(Hdf5Encoder& out);

 private:
  struct Collection {
    Hdf5Encoder objects;
    std::uint64_t count = 0;
  };
  struct Reference {
    std::uint64_t at;
    std::size_t collection;
  };
  std::vector<Collection> collections_;
  std::vector<Reference> references_;
};

}  // namespace larder::internal
