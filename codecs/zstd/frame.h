// The headers in zstd frames (RFC 8878, 3.1.1), and the marks that larder writes into its own. Needs no library.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <larder/bytes.h>

namespace larder::internal::zstd {

inline constexpr std::uint32_t frame_magic = 0xfd2fb528;
inline constexpr std::size_t most_header = 18;
inline constexpr std::size_t most_block_content = std::size_t{128} << 10;
inline constexpr std::size_t checksum_size = 4;

// What every header begins with: the magic and the descriptor, which tells how long the rest is.
inline constexpr std::size_t header_start = 5;
std::size_t header_size(std::byte descriptor) noexcept;

struct FrameHeader {
  std::size_t size = 0;  // of the header itself; not looked at when one is made
  std::uint64_t window = 0;
  std::optional<std::uint64_t> content_size{};
  bool checksum = false;
  bool dictionary = false;
};

// Nothing where the bytes, of which most_header are enough, do not begin with a whole and valid header.
std::optional<FrameHeader> parse_header(Bytes head) noexcept;

// A header for at least that window, with a checksum. Without a window: of content that is decoded in one piece, whose
// size must be there.
std::vector<std::byte> make_header(const FrameHeader& header);

// Makes the header at the front of a frame promise a checksum.
void set_checksum_flag(MutableBytes frame) noexcept;

struct BlockHeader {
  static constexpr std::size_t size = 3;
  enum class Type { raw, run, compressed, reserved };

  bool last = false;
  Type type = Type::raw;
  std::size_t content = 0;  // raw, run: bytes of content
  std::size_t stored = 0;   // bytes behind the header
};

// Of the first 3 bytes.
BlockHeader parse_block_header(const std::byte* bytes) noexcept;

// Blocks one after another, none of them the last of its frame.
struct BlockRun {
  std::size_t blocks = 0;
  std::size_t last_block = 0;  // where it begins
};

// Whether whole blocks fill `bytes`; `ends`: the last of them, and no other, is the last of the frame.
std::optional<BlockRun> walk_blocks(Bytes bytes, bool ends) noexcept;

// All blocks of a frame, as far as `bytes`, which begin with the first of them, show.
struct BlockExtent {
  std::size_t blocks = 0;
  std::size_t size = 0;  // in bytes, the end of the last of them; more than there are where `ended` is false
  bool ended = false;    // the last block of the frame is whole
};
BlockExtent extent_of_blocks(Bytes bytes) noexcept;

// A section: blocks that refer to nothing before them, and are decoded to `content` bytes. In larder's frames a mark
// stands in front of each. It is made of runs of no bytes at all, whose one byte says something to those who know; to
// all others they are nothing.
struct Section {
  std::size_t stored = 0;  // bytes of its blocks
  std::size_t content = 0;
  std::uint64_t window = 0;  // of the frame
};

inline constexpr std::size_t mark_size = 48;
inline constexpr std::size_t most_section = std::size_t{32} << 20;

void make_mark(const Section& section, MutableBytes out) noexcept;
// Nothing where no mark of a possible section is at the front of `bytes`.
std::optional<Section> parse_mark(Bytes bytes) noexcept;

// An empty block, the last of its frame.
inline constexpr std::array<std::byte, BlockHeader::size> last_block = {std::byte{1}};

}  // namespace larder::internal::zstd
