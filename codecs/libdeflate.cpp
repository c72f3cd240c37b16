#include "codecs/libdeflate.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "codecs/context_pool.h"
#include "codecs/deflate_walk.h"

#if LARDER_HAS_LIBDEFLATE
#include <libdeflate.h>
#endif

namespace larder::internal {

#if LARDER_HAS_LIBDEFLATE
namespace {

std::uint32_t adler(std::uint32_t before, Bytes bytes) noexcept {
  return libdeflate_adler32(before, bytes.data(), bytes.size());
}

std::uint32_t crc(std::uint32_t before, Bytes bytes) noexcept {
  return libdeflate_crc32(before, bytes.data(), bytes.size());
}

struct FreeCompressor {
  void operator()(libdeflate_compressor* compressor) const noexcept { libdeflate_free_compressor(compressor); }
};
using CompressorPool = ContextPool<libdeflate_compressor, FreeCompressor>;

CompressorPool::Pointer compressor_for(int level) {
  CompressorPool::Pointer compressor(libdeflate_alloc_compressor(level));
  if (!compressor) fail(ErrorKind::limit, "libdeflate is out of memory");
  return compressor;
}

// Takes the mark of a final block off, and puts the empty block behind it, of whose first byte three bits at least are
// needed. Returns the new size, or 0 where there is too little room.
std::size_t with_open_end(MutableBytes out, std::size_t used) {
  if (out.size() - used < empty_block.size()) return 0;
  const auto block = last_block(out.first(used));
  if (!block) fail(ErrorKind::io, "libdeflate wrote what cannot be followed");
  out[block->header / 8] &= ~(std::byte{1} << block->header % 8);
  constexpr std::size_t header_bits = 3;  // zeros, as is what fills the last byte
  const std::size_t behind_header = (block->end + header_bits + 7) / 8;
  if (behind_header > used) out[used] = empty_block.front();
  const auto end =
      std::copy(empty_block.begin() + 1, empty_block.end(), out.begin() + static_cast<std::ptrdiff_t>(behind_header));
  return static_cast<std::size_t>(end - out.begin());
}

// libdeflate ends whatever it compresses.
std::size_t deflate_block(int level, Bytes in, bool last, MutableBytes out) {
  static auto& pools = *new std::array<CompressorPool, 13>;
  const auto compressor = pools.at(static_cast<std::size_t>(level)).take([&] { return compressor_for(level); });
  const std::size_t used = libdeflate_deflate_compress(compressor.get(), in.data(), in.size(), out.data(), out.size());
  return last || used == 0 ? used : with_open_end(out, used);
}

struct FreeDecompressor {
  void operator()(libdeflate_decompressor* decompressor) const noexcept { libdeflate_free_decompressor(decompressor); }
};
using DecompressorPool = ContextPool<libdeflate_decompressor, FreeDecompressor>;

DecompressorPool::Pointer make_decompressor() {
  DecompressorPool::Pointer decompressor(libdeflate_alloc_decompressor());
  if (!decompressor) fail(ErrorKind::limit, "libdeflate is out of memory");
  return decompressor;
}

WholeInflate::Result inflate_whole(Bytes in, MutableBytes out) {
  static auto& pool = *new DecompressorPool;
  const auto decompressor = pool.take(make_decompressor);
  WholeInflate::Result result;
  const auto outcome = libdeflate_deflate_decompress_ex(decompressor.get(), in.data(), in.size(), out.data(),
                                                        out.size(), &result.used, &result.size);
  result.decoded = outcome == LIBDEFLATE_SUCCESS;
  result.too_long = outcome == LIBDEFLATE_INSUFFICIENT_SPACE;
  return result;
}

}  // namespace

const WholeInflate* libdeflate_inflate() noexcept {
  static constexpr WholeInflate whole{.inflate = inflate_whole};
  return &whole;
}

const DeflateLibrary* libdeflate_deflate() noexcept {
  static constexpr DeflateLibrary library{.name = "libdeflate", .deflate = deflate_block};
  return &library;
}

const ChecksumFunctions* libdeflate_checksums() noexcept {
  static constexpr ChecksumFunctions functions{.adler32 = adler, .crc32 = crc};
  return &functions;
}
#else
const WholeInflate* libdeflate_inflate() noexcept { return nullptr; }
const DeflateLibrary* libdeflate_deflate() noexcept { return nullptr; }
const ChecksumFunctions* libdeflate_checksums() noexcept { return nullptr; }
#endif

}  // namespace larder::internal
