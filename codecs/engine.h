// What a built-in codec is made of. Each engine is one .cpp, the only one that sees its library.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <larder/plugin/codec.h>

namespace larder::internal {

// Makers of the two directions of one format. Stateless; thread-safe.
struct Engine {
  std::string library;  // name and version of what does the work
  std::unique_ptr<Encoder> (*encoder)(int level) = nullptr;
  std::unique_ptr<Decoder> (*decoder)(const Limits& limits) = nullptr;
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
