// The header of an lz4 frame. Specification: lz4_Frame_format.md of the lz4 project, version 1.6. Needs no library.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <larder/bytes.h>

namespace larder::internal::lz4 {

inline constexpr std::uint32_t frame_magic = 0x184d2204;
inline constexpr std::uint32_t legacy_magic = 0x184c2102;  // before frames; recognised, so that it is refused by name
// In front of each block; the highest bit: it is stored as it is. A size of 0 ends the frame.
inline constexpr std::size_t block_header_size = 4;
inline constexpr std::uint32_t stored_bit = 0x80000000U;
inline constexpr std::size_t checksum_size = 4;
inline constexpr std::size_t most_header = 15;  // without a dictionary

struct FrameHeader {
  std::size_t size = 0;                         // of the header itself; not looked at when one is made
  bool independent = true;                      // blocks do not refer to those before
  bool block_checksums = false;                 // xxh32 of the compressed bytes behind each block
  bool content_checksum = false;                // xxh32 of the content behind the last
  std::size_t block_maximum = 0;                // bytes of content in a block: 64 KiB, 256 KiB, 1 MiB or 4 MiB
  std::optional<std::uint64_t> content_size{};  // where the frame tells it
};

std::vector<std::byte> make_header(const FrameHeader& header);

// Nothing where the bytes, of which most_header are enough, do not begin with a whole and valid header of version 1, or
// with one that names a dictionary.
std::optional<FrameHeader> parse_header(Bytes head) noexcept;

}  // namespace larder::internal::lz4
