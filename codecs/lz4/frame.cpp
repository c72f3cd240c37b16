#include "codecs/lz4/frame.h"

#include <bit>

#include "base/byte_order.h"
#include "codecs/xxhash.h"

namespace larder::internal::lz4 {
namespace {

// Of the first byte behind the magic.
constexpr unsigned version_bits = 0xc0;
constexpr unsigned version = 0x40;
constexpr unsigned independent_bit = 0x20;
constexpr unsigned block_checksum_bit = 0x10;
constexpr unsigned content_size_bit = 0x08;
constexpr unsigned content_checksum_bit = 0x04;
constexpr unsigned unknown_bits = 0x03;  // reserved, and the dictionary

constexpr std::size_t magic_size = 4;
constexpr std::size_t least_header = 7;

// The second byte: 4 is 64 KiB, and each step up is four times as much.
constexpr int first_maximum = 16;  // as a power of two
constexpr unsigned first_code = 4;
constexpr unsigned last_code = 7;

std::byte header_checksum(Bytes descriptor) noexcept { return static_cast<std::byte>(xxh32(descriptor) >> 8 & 0xff); }

}  // namespace

std::vector<std::byte> make_header(const FrameHeader& header) {
  const unsigned flags =
      version | (header.independent ? independent_bit : 0) | (header.block_checksums ? block_checksum_bit : 0) |
      (header.content_size ? content_size_bit : 0) | (header.content_checksum ? content_checksum_bit : 0);
  const unsigned steps = static_cast<unsigned>(std::countr_zero(header.block_maximum) - first_maximum) / 2;
  std::vector<std::byte> result(header.content_size ? most_header : least_header);
  store_le(result.data(), frame_magic);
  result[4] = static_cast<std::byte>(flags);
  result[5] = static_cast<std::byte>((first_code + steps) << 4);
  if (header.content_size) store_le(result.data() + 6, *header.content_size);
  result.back() = header_checksum(Bytes(result).subspan(magic_size, result.size() - magic_size - 1));
  return result;
}

std::optional<FrameHeader> parse_header(Bytes head) noexcept {
  if (head.size() < least_header || load_le<std::uint32_t>(head.data()) != frame_magic) return std::nullopt;
  const auto flags = std::to_integer<unsigned>(head[4]);
  const auto maximum = std::to_integer<unsigned>(head[5]);
  const unsigned code = maximum >> 4;
  if ((flags & version_bits) != version || (flags & unknown_bits) != 0) return std::nullopt;
  if ((maximum & 0x0f) != 0 || code < first_code || code > last_code) return std::nullopt;
  FrameHeader result{.size = (flags & content_size_bit) != 0 ? most_header : least_header,
                     .independent = (flags & independent_bit) != 0,
                     .block_checksums = (flags & block_checksum_bit) != 0,
                     .content_checksum = (flags & content_checksum_bit) != 0,
                     .block_maximum = std::size_t{1} << (first_maximum + 2 * (code - first_code))};
  if (head.size() < result.size) return std::nullopt;
  if ((flags & content_size_bit) != 0) result.content_size = load_le<std::uint64_t>(head.data() + 6);
  const Bytes descriptor = head.subspan(magic_size, result.size - magic_size - 1);
  if (head[result.size - 1] != header_checksum(descriptor)) return std::nullopt;
  return result;
}

}  // namespace larder::internal::lz4
