// What zlib (RFC 1950) and gzip (RFC 1952) put around deflate data: a header in front, checksums behind.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <larder/bytes.h>

namespace larder::internal {

enum class Wrapper { zlib, gzip };

// Whether a header may begin like that; the first two bytes must be there.
bool is_zlib_header(Bytes head) noexcept;
bool is_gzip_header(Bytes head) noexcept;

// The checksum that the wrapper has of the content: Adler-32 or CRC-32, see deflate_checksum.h.
std::uint32_t checksum_of_nothing(Wrapper wrapper) noexcept;
std::uint32_t checksum(Wrapper wrapper, std::uint32_t before, Bytes bytes) noexcept;
std::uint32_t joined_checksum(Wrapper wrapper, std::uint32_t first, std::uint32_t second,
                              std::uint64_t size_of_second) noexcept;

// The usual level among those whose streams have such a header, of which the fixed part must be there.
int likely_level(Wrapper wrapper, Bytes header) noexcept;

// Reads a header, which may arrive in pieces; it keeps no name, comment or extra field.
class WrapperHeader {
 public:
  explicit WrapperHeader(Wrapper wrapper) noexcept : wrapper_(wrapper) {}

  // Takes of the front of `in` what is still header, and returns how much. Error `malformed`, `checksum` (gzip's header
  // may have one of its own), `unsupported` (a preset dictionary).
  std::size_t take(Bytes in);
  bool complete() const noexcept { return part_ == Part::none; }

 private:
  enum class Part { fixed, extra_size, extra, name, comment, checksum, none };  // in the order of the format

  void put(std::byte byte);
  // Whether the part that is being read is complete, now that `last` was added to it.
  bool is_whole(std::byte last);
  bool is_whole_fixed();
  void enter_next_part();
  bool has(Part part) const noexcept;

  Wrapper wrapper_;
  Part part_ = Part::fixed;
  std::size_t count_ = 0;              // bytes of the part
  std::array<std::byte, 10> start_{};  // the first of them
  unsigned gzip_flags_ = 0;            // none for zlib, whose header has only the fixed part
  unsigned extra_size_ = 0;
  std::uint32_t crc_ = 0;
};

// The longest header or trailer that is written.
inline constexpr std::size_t longest_wrapping = 10;

// Write the header of a stream at a level from 1 to 9, as zlib does, and the trailer behind content of this checksum
// and size into `to`, which has longest_wrapping bytes; return what was written. A gzip header has neither a name nor a
// time.
Bytes write_header(Wrapper wrapper, int level, MutableBytes to) noexcept;
Bytes write_trailer(Wrapper wrapper, std::uint32_t checksum, std::uint64_t size, MutableBytes to) noexcept;

// How long the trailer is.
std::size_t trailer_size(Wrapper wrapper) noexcept;
// What is wrong with `trailer`, of which there are trailer_size bytes, behind content of this checksum and size; null
// where it is right.
const char* fault_of_trailer(Wrapper wrapper, Bytes trailer, std::uint32_t checksum, std::uint64_t size) noexcept;

}  // namespace larder::internal
