#include "tools/stream_checksum.h"

#include <cstddef>

namespace larder::tools {

namespace {

bool any_bit(Bytes head, std::size_t at, unsigned mask) noexcept {
  return at < head.size() && (std::to_integer<unsigned>(head[at]) & mask) != 0;
}

}  // namespace

bool has_stream_checksum(std::string_view codec, Bytes head) noexcept {
  if (codec == "zlib" || codec == "gzip" || codec == "bz2") return true;
  if (codec == "lz4" || codec == "zstd") return any_bit(head, 4, 0x04);  // frame descriptor, bit 2
  if (codec == "xz") return any_bit(head, 7, 0x0f);                      // stream flags: the kind of check, 0 is none
  return false;
}

}  // namespace larder::tools
