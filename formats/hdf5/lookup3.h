// The checksum of HDF5's newer structures: Bob Jenkins' lookup3, seed 0.
//
// Source: http://burtleburtle.net/bob/hash/doobs.html (public domain), "hashlittle".
#pragma once

#include <cstdint>

#include <larder/bytes.h>

namespace larder::internal {

std::uint32_t lookup3(Bytes bytes) noexcept;

}  // namespace larder::internal
