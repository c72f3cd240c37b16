// What HDF5 does to chunks before it stores them: deflate, shuffle, fletcher32.
#pragma once

#include <cstdint>
#include <vector>

#include "formats/hdf5/header.h"

namespace larder::internal {

struct Hdf5Filter {
  std::uint16_t id = 0;
  std::vector<std::uint32_t> parameters{};
};

// Of a filter message, in the order in which a writer applies them. Error `unsupported` for other filters, naming the
// one; `malformed` for more than 32.
std::vector<Hdf5Filter> read_hdf5_filters(Hdf5Block block);

// What the filter verifies, "fletcher32"; empty for filters that have no checksum.
std::string_view checksum_name(const Hdf5Filter& filter) noexcept;

// A chunk in the file.
struct Hdf5Chunk {
  std::uint64_t address = hdf5_nowhere;
  std::uint64_t size = 0;              // in the file
  std::uint32_t skipped_filters = 0;   // a bit for each
  std::vector<std::uint64_t> first{};  // the index of its first element

  bool applies(std::size_t filter) const noexcept { return (skipped_filters >> filter & 1) == 0; }
};

// The `size` bytes of a chunk whose bytes in the file are given. Errors `malformed` where they are more or fewer,
// `checksum`, `not_built`.
std::vector<std::byte> unfiltered(std::vector<std::byte> bytes, const std::vector<Hdf5Filter>& filters,
                                  const Hdf5Chunk& chunk, std::uint64_t size);

}  // namespace larder::internal
