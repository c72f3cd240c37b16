#include "formats/hdf5/chunks.h"

#include <algorithm>
#include <cstring>

#include "base/checked.h"
#include "formats/hdf5/btree.h"

namespace larder::internal {

namespace {

std::uint64_t product(const std::vector<std::uint64_t>& factors, std::uint64_t element) {
  std::optional<std::uint64_t> all = element;
  for (const std::uint64_t factor : factors)
    if (all) all = checked_mul(*all, factor);
  if (!all) fail(ErrorKind::malformed, "HDF5: the chunks of a dataset have more bytes than can be counted");
  return *all;
}

void require_chunk(const std::vector<std::uint64_t>& chunk, const Shape& shape) {
  if (chunk.size() != shape.size() || std::ranges::find(chunk, 0U) != chunk.end())
    fail(ErrorKind::malformed, "HDF5: the chunks of a dataset have other axes than it has");
}

// How many chunks there are along each axis.
std::vector<std::uint64_t> counts(const Shape& shape, const std::vector<std::uint64_t>& chunk) {
  std::vector<std::uint64_t> found;
  for (std::size_t axis = 0; axis < shape.size(); ++axis)
    found.push_back(shape[axis] / chunk[axis] + (shape[axis] % chunk[axis] != 0 ? 1 : 0));
  return found;
}

// Steps to the next index in C order; false behind the last one.
bool advance(std::vector<std::uint64_t>& index, const std::vector<std::uint64_t>& end) {
  for (std::size_t axis = index.size(); axis-- > 0;) {
    if (++index[axis] < end[axis]) return true;
    index[axis] = 0;
  }
  return false;
}

// Copies the part of a chunk that lies inside the dataset, row by row.
void place_chunk(Bytes content, const std::vector<std::uint64_t>& chunk, const std::vector<std::uint64_t>& first,
                 const Shape& shape, std::size_t element, MutableBytes target) {
  std::vector<std::uint64_t> inside(shape.size());
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (first[axis] >= shape[axis]) return;
    inside[axis] = std::min(chunk[axis], shape[axis] - first[axis]);
  }
  const std::size_t row = static_cast<std::size_t>(inside.back()) * element;
  inside.back() = 1;
  std::vector<std::uint64_t> index(shape.size(), 0);
  do {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      from = from * chunk[axis] + index[axis];
      to = to * shape[axis] + first[axis] + index[axis];
    }
    if (row != 0) std::memcpy(target.data() + to * element, content.data() + from * element, row);
  } while (advance(index, inside));
}

}  // namespace

Hdf5Chunks read_hdf5_chunk_tree(Hdf5File& file, std::uint64_t root, std::vector<std::uint64_t> chunk,
                                const Shape& shape, std::size_t element) {
  require_chunk(chunk, shape);
  static_cast<void>(product(chunk, element));
  Hdf5Chunks found{.shape = std::move(chunk)};
  if (root == hdf5_nowhere) return found;
  const std::size_t key_size = 8 + 8 * (shape.size() + 1);
  walk_hdf5_tree(file, root, Hdf5Tree::chunks, key_size, [&](Hdf5Block entry) {
    Hdf5Chunk stored;
    stored.size = entry.u32();
    stored.skipped_filters = entry.u32();
    for (std::size_t axis = 0; axis < shape.size(); ++axis) stored.first.push_back(entry.number(8));
    entry.skip(8);
    stored.address = entry.offset();
    found.stored.push_back(std::move(stored));
  });
  return found;
}

Hdf5Chunks read_hdf5_newer_chunks(Hdf5File& file, Hdf5Block layout, const Shape& shape, std::size_t element,
                                  bool filtered) {
  enum Index : std::uint8_t { single = 1, implicit = 2, fixed = 3, extensible = 4, tree = 5 };
  const std::uint8_t flags = layout.u8();
  const std::uint8_t axes = layout.u8();
  const std::uint8_t width = layout.u8();
  if (width < 1 || width > 8) layout.refuse("has sizes of ", width + 0, " bytes");
  Hdf5Chunks found;
  for (int axis = 0; axis < axes; ++axis) found.shape.push_back(layout.number(width));
  if (found.shape.empty() || found.shape.back() != element) layout.refuse("has chunks of other elements");
  found.shape.pop_back();
  require_chunk(found.shape, shape);
  const std::uint64_t whole = product(found.shape, element);
  const std::uint8_t index = layout.u8();
  if (index == single) {
    Hdf5Chunk chunk{.size = whole, .first = std::vector<std::uint64_t>(shape.size(), 0)};
    if ((flags & 0x02) != 0) {
      chunk.size = layout.length();
      chunk.skipped_filters = layout.u32();
    }
    chunk.address = layout.offset();
    if (chunk.address != hdf5_nowhere) found.stored.push_back(std::move(chunk));
    return found;
  }
  if (index != implicit || filtered)
    layout.unsupported("has its chunks in an index that a newer libver writes (kind ", index + 0,
                       "); larder reads trees of version 1 and datasets of one chunk");
  const std::uint64_t address = layout.offset();
  if (address == hdf5_nowhere) return found;
  const std::vector<std::uint64_t> end = counts(shape, found.shape);
  const std::uint64_t all = product(end, whole);
  if (all == 0) return found;
  static_cast<void>(file.place(address, all, "the chunks of a dataset"));
  const std::uint64_t memory = product(end, sizeof(Hdf5Chunk) + 8 * shape.size());
  if (memory > file.whole().source().limits.bytes)
    fail(ErrorKind::limit, "HDF5: a dataset has so many chunks that noting them takes ", memory, " bytes");
  std::vector<std::uint64_t> at(shape.size(), 0);
  std::uint64_t next = address;
  do {
    Hdf5Chunk chunk{.address = next, .size = whole};
    for (std::size_t axis = 0; axis < at.size(); ++axis) chunk.first.push_back(at[axis] * found.shape[axis]);
    found.stored.push_back(std::move(chunk));
    next += whole;
  } while (advance(at, end));
  return found;
}

void read_hdf5_chunks(Hdf5File& file, const Hdf5Chunks& chunks, const std::vector<Hdf5Filter>& filters,
                      const Shape& shape, std::size_t element, MutableBytes target) {
  const std::uint64_t size = product(chunks.shape, element);
  const std::uint64_t most = file.whole().source().limits.bytes;
  if (size > most)
    fail(ErrorKind::limit, "HDF5: the chunks of a dataset have ", size, " bytes, Limits::bytes allows ", most);
  for (const Hdf5Chunk& chunk : chunks.stored) {
    file.visit(chunk.address, "a chunk of a dataset");
    const std::uint64_t at = file.place(chunk.address, chunk.size, "a chunk of a dataset");
    if (filters.empty() && chunk.size != size)
      fail(ErrorKind::malformed, "HDF5: the chunk at byte ", chunk.address, " has ", chunk.size, " bytes, not ", size);
    std::vector<std::byte> bytes(static_cast<std::size_t>(chunk.size));
    file.whole().read(at, bytes, "a chunk of a dataset");
    bytes = unfiltered(std::move(bytes), filters, chunk, size);
    for (std::size_t i = 0; i < filters.size(); ++i)
      if (chunk.applies(i) && !checksum_name(filters[i]).empty()) file.whole().tell_verified(checksum_name(filters[i]));
    place_chunk(bytes, chunks.shape, chunk.first, shape, element, target);
  }
}

}  // namespace larder::internal
