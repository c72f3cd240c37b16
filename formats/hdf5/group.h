// The members of an HDF5 group.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "formats/hdf5/header.h"

namespace larder::internal {

struct Hdf5Link {
  std::string name;
  std::uint64_t address = hdf5_nowhere;  // of the object's header; nowhere for a soft link
  std::string target{};                  // of a soft link: a path, from the root or from this group
};

// Whether the header is a group's.
bool is_hdf5_group(const Hdf5Header& header) noexcept;

// The links, in the order of the file: by name in old groups, as they were made in new ones. Error `unsafe_reference`
// for links to other files; `unsupported` for links of users' own kinds and for groups whose links lie in a heap (more
// than eight of them, written by "libver=latest"); `malformed`, also for two links of one name.
std::vector<Hdf5Link> read_hdf5_links(Hdf5File& file, const Hdf5Header& header);

// Error `unsupported` where the header's attributes or links lie in a fractal heap, which larder does not read.
void require_hdf5_compact(Hdf5Block info, bool of_links);

}  // namespace larder::internal
