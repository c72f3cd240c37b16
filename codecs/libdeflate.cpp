#include "codecs/libdeflate.h"

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

}  // namespace

const ChecksumFunctions* libdeflate_checksums() noexcept {
  static constexpr ChecksumFunctions functions{.adler32 = adler, .crc32 = crc};
  return &functions;
}
#else
const ChecksumFunctions* libdeflate_checksums() noexcept { return nullptr; }
#endif

}  // namespace larder::internal
