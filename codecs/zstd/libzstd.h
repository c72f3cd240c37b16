// What larder uses of libzstd.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <larder/limits.h>
#include <larder/plugin/codec.h>

namespace larder::internal::zstd {

std::string library_version();

// One frame in one thread, in memory bounded by the window, and any frames.
std::unique_ptr<Encoder> stream_encoder(int level);
std::unique_ptr<Decoder> stream_decoder(const Limits& limits);

// The most bytes that content of that size is compressed to.
std::size_t compressed_bound(std::size_t content);

// How far back the level looks in long content.
std::uint64_t usual_window(int level);

// Compresses whole contents into frames that tell their size and have no checksum. Used by one thread at a time.
class FrameCompressor {
 public:
  explicit FrameCompressor(int level);
  ~FrameCompressor();
  FrameCompressor(const FrameCompressor&) = delete;
  FrameCompressor& operator=(const FrameCompressor&) = delete;

  // Returns the size of the frame; `out` has room for compressed_bound.
  std::size_t compress(Bytes content, MutableBytes out);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// Compresses contents into blocks that refer to nothing before them, none of which is the last of a frame. Used by one
// thread at a time; libzstd does the work in another one.
class SectionCompressor {
 public:
  // Of contents of at most `most` bytes.
  SectionCompressor(int level, std::size_t most);
  ~SectionCompressor();
  SectionCompressor(const SectionCompressor&) = delete;
  SectionCompressor& operator=(const SectionCompressor&) = delete;

  // Whether libzstd was built with threads, without which it does not do this.
  static bool is_possible();

  // Returns the size of the blocks; `out` has room for compressed_bound. The content is not empty.
  std::size_t compress(Bytes content, MutableBytes out);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

// Decompresses whole frames. Used by one thread at a time.
class FrameDecompressor {
 public:
  FrameDecompressor();
  ~FrameDecompressor();
  FrameDecompressor(const FrameDecompressor&) = delete;
  FrameDecompressor& operator=(const FrameDecompressor&) = delete;

  // The size of the content, which begins at the front of `out`; never writes behind that. Nothing where the frame, or
  // its checksum, is damaged or has no room.
  std::optional<std::size_t> decompress(Bytes frame, MutableBytes out) noexcept;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace larder::internal::zstd
