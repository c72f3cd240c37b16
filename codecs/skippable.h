// Skippable frames: the frames of user data that lz4 and zstd share (magics 0x184d2a50 to 0x184d2a5f, then a 32-bit
// length).
#pragma once

#include <cstdint>
#include <optional>

#include <larder/bytes.h>

namespace larder::internal {

bool is_skippable(Bytes head) noexcept;

// The magic (little-endian) of the first frame that is not skippable, where it is inside `head`. Looks at bytes only,
// takes nothing.
std::optional<std::uint32_t> magic_behind_skippables(Bytes head) noexcept;

}  // namespace larder::internal
