// The elements of HDF5 datasets and attributes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <larder/document.h>

#include "formats/elements.h"
#include "formats/hdf5/datatype.h"

namespace larder::internal {

// Reads values. Borrows the file and the Document.
class Hdf5Values {
 public:
  Hdf5Values(Hdf5File& file, Document& document) : file_(file), document_(document) {}

  // An attribute message: its name and value. Numbers are arrays, also a single one; texts of any length str, or lists
  // of str in lists for their axes; one fixed text is bytes, several are an array of them; h5py.Empty is None.
  std::pair<std::string, Value> attribute(Hdf5Block block);

  // A dataset, likewise. Plain contiguous data is mapped where the source is. `is_bfloat16`: elements of two opaque
  // bytes are that. Errors `unsafe_reference` for data in other files, `unsupported`, `limit`, `malformed`.
  Value dataset(const Hdf5Header& header, bool is_bfloat16);

 private:
  Value value_of(const Hdf5Type& type, const Hdf5Space& space, Bytes content);
  // In native byte order where the source asks for it.
  Value array_of(const DType& dtype, const Shape& shape, Region elements);
  Value texts(const Hdf5Space& space, Bytes references);
  Value text(Bytes reference);
  std::string_view heap_object(std::uint64_t address, std::uint32_t index);
  Region chunked(const Hdf5Header& header, Hdf5Block layout, std::uint8_t version, const Shape& shape,
                 std::size_t element);
  Region filled(const Hdf5Header& header, std::uint64_t size, std::size_t element);

  // A heap of texts that many datasets share.
  struct Collection {
    std::vector<std::byte> bytes;
    std::unordered_map<std::uint32_t, std::string_view> objects;
  };
  const Collection& collection(std::uint64_t address);

  Hdf5File& file_;
  Document& document_;
  std::uint64_t collected_ = 0;
  std::unordered_map<std::uint64_t, Collection> collections_;
};

}  // namespace larder::internal
