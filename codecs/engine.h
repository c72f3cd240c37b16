// What a built-in codec is made of. Each engine is one .cpp, the only one that sees its library.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <larder/plugin/codec.h>

#include "codecs/block_decoding.h"
#include "codecs/block_encoding.h"

namespace larder::internal {

// Makers of the two directions of one format. Stateless; thread-safe.
struct Engine {
  std::string library;                   // name and version of what does the work
  std::vector<LevelEngine> levels = {};  // what serves which level; empty: the library serves all

  // Either `encoder`, or `blocks`, which is then used for every stream of the levels for which it is not null.
  std::unique_ptr<Encoder> (*encoder)(int level) = nullptr;
  std::unique_ptr<BlockEncoding> (*blocks)(int level) = nullptr;

  std::unique_ptr<Decoder> (*decoder)(const Limits& limits) = nullptr;

  // Optional: for streams that are made of blocks, in sources that can seek. What they give up is left to `decoder`.
  std::unique_ptr<BlockDecoding> (*block_decoding)(const Limits& limits) = nullptr;
  bool blocks_are_faster = false;  // than `decoder` is, so that one thread decodes in blocks as well
  // Optional: all blocks of the source, which stands at the start of its first stream and may be left anywhere; nothing
  // where the format does not tell without decompressing. `note` of a place is for `block_decoding_at`.
  std::optional<BlockIndex> (*index)(Reader& below, const Limits& limits) = nullptr;
  // Beside `index`: decodes the stream that the place belongs to from there on to its end, whose checksum cannot be
  // verified.
  std::unique_ptr<BlockDecoding> (*block_decoding_at)(const BlockPlace& place, const Limits& limits) = nullptr;
};

// Nothing where this build lacks the library.
std::optional<Engine> raw_engine();
std::optional<Engine> zlib_engine();
std::optional<Engine> gzip_engine();
std::optional<Engine> bz2_engine();
std::optional<Engine> lzma_engine();
std::optional<Engine> xz_engine();
std::optional<Engine> lz4_engine();
std::optional<Engine> zstd_engine();

// Whether the first bytes of a stream (16 decide) are of the format, as strictly as its header allows. They need no
// library.
bool recognises_nothing(Bytes head) noexcept;
bool recognises_zlib(Bytes head) noexcept;
bool recognises_gzip(Bytes head) noexcept;
bool recognises_bz2(Bytes head) noexcept;
bool recognises_lzma(Bytes head) noexcept;
bool recognises_xz(Bytes head) noexcept;
bool recognises_lz4(Bytes head) noexcept;
bool recognises_zstd(Bytes head) noexcept;

}  // namespace larder::internal
