// liblzma in the words of larder: liblzma.cpp is the only file that sees <lzma.h>.
//
// Objects are used by one thread at a time. Errors of the library become Error, with its kind for damaged data; the
// functions that judge parts of .xz streams for readers of blocks return nothing or false instead, for any reason.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <larder/bytes.h>
#include <larder/plugin/codec.h>
#include <larder/reader.h>

#include "codecs/block_decoding.h"

namespace larder::internal {

std::string liblzma_version();

// How the content of a block is compressed: the filters and their options in the block's header.
struct XzFilters {
  int preset = 6;
  unsigned literal_context_bits = 3;   // lc
  unsigned literal_position_bits = 0;  // lp
  unsigned position_bits = 2;          // pb
  std::size_t distance = 0;            // of the delta filter in front, 1 to 256; 0: without
};

// The sizes of a block that the index of its stream records.
struct XzRecord {
  std::uint64_t unpadded = 0;      // bytes of the compressed block without its padding
  std::uint64_t uncompressed = 0;  // bytes of content
};

// A coder of the library. Each call that begins something ends what was before, and reuses its memory where it can.
class LzmaCoder {
 public:
  LzmaCoder();
  ~LzmaCoder();
  LzmaCoder(const LzmaCoder&) = delete;
  LzmaCoder& operator=(const LzmaCoder&) = delete;

  void encode_alone(int preset);
  void decode_alone(std::uint64_t memory_limit);
  void decode_xz(std::uint64_t memory_limit);

  // One step of what was begun; `last` as for Encoder::step, for encoders.
  Step step(Bytes in, MutableBytes out, bool last);

  // A whole block of an .xz stream, with the sizes in its header, and a CRC-64. `out` has
  // xz_block_bound(content.size()) bytes; the block, padded, fills the first ones, and `used` says how many they are.
  // Not for empty content.
  XzRecord encode_block(Bytes content, const XzFilters& filters, MutableBytes out, std::size_t& used);

  // What encode_block did to `block`, undone; `check` is the stream's kind of checksum. True where `block` and `out`
  // have exactly the lengths of the block and its content, and all is right.
  bool decode_block(Bytes block, int check, MutableBytes out);

  // Bytes of memory that encode_block left held, at most.
  std::uint64_t memory() const;
  // Gives it back.
  void clear() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

std::size_t xz_block_bound(std::size_t content);

// What a block's header tells.
struct XzBlockHead {
  std::uint64_t total = 0;   // bytes of the whole block, padded
  std::uint64_t memory = 0;  // bytes that its decoder takes
  XzRecord record{};
};
inline constexpr std::size_t xz_stream_head_size = 12;  // as long as the stream's foot
inline constexpr std::size_t xz_largest_block_head = 1024;

// The length of the header that begins with this byte; 0: it is no block, but the index.
std::size_t xz_block_head_size(std::byte first) noexcept;
// Nothing where it is damaged, or does not tell the sizes, or asks for what this library cannot do.
std::optional<XzBlockHead> read_xz_block_head(Bytes head, int check);

// The kind of checksum in the head of a stream; nothing where it is damaged or this library lacks it.
std::optional<int> read_xz_stream_head(Bytes head);

// What stands around the blocks of a stream that is written.
class XzFrame {
 public:
  XzFrame();
  ~XzFrame();
  XzFrame(const XzFrame&) = delete;
  XzFrame& operator=(const XzFrame&) = delete;

  // Valid until the next call.
  Bytes head();
  void append(const XzRecord& record);
  Bytes index_and_foot();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Checks the index of a stream that is read against its blocks.
class XzIndexCheck {
 public:
  XzIndexCheck();
  ~XzIndexCheck();
  XzIndexCheck(const XzIndexCheck&) = delete;
  XzIndexCheck& operator=(const XzIndexCheck&) = delete;

  bool append(const XzRecord& record);
  // Bytes that index and foot take after these blocks.
  std::uint64_t size() const;
  // Whether these bytes, size() of them, are the index and foot of a stream with these blocks and kind of checksum.
  bool fits(Bytes index_and_foot, int check);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// The blocks of all streams of `below`, from where it stands; `note` of a place holds how many bytes are left of its
// stream, times 16, and the kind of checksum. Nothing where the source has no size, or is not .xz up to its end.
std::optional<BlockIndex> read_xz_index(Reader& below, std::uint64_t memory_limit);

}  // namespace larder::internal
