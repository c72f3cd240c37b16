// zlib (RFC 1950) and gzip (RFC 1952): two wrappers around deflate, by the same engines.
#include <algorithm>

#include "base/byte_order.h"
#include "codecs/deflate_effort.h"
#include "codecs/deflate_encoding.h"
#include "codecs/deflate_wrapper.h"
#include "codecs/engine.h"
#include "codecs/inflate_blocks.h"
#include "codecs/inflate_decoder.h"
#include "codecs/libz.h"

namespace larder::internal {
namespace {

unsigned byte_at(Bytes bytes, std::size_t index) noexcept { return std::to_integer<unsigned>(bytes[index]); }

bool is_text(Bytes bytes) noexcept {
  return std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) {
    const auto code = std::to_integer<unsigned>(byte);
    return (code >= 0x20 && code < 0x7f) || (code >= '\t' && code <= '\r');
  });
}

// Whether the first deflate block, behind the two bytes of a zlib header, can be one.
bool is_deflate_start(Bytes head) noexcept {
  if (head.size() < 3) return true;
  const unsigned block_type = byte_at(head, 2) >> 1 & 3;
  if (block_type == 3) return false;
  if (block_type != 0 || head.size() < 7) return true;
  const auto length = load_le<std::uint16_t>(head.data() + 3);
  const auto complement = load_le<std::uint16_t>(head.data() + 5);
  return (length ^ complement) == 0xffff;
}

}  // namespace

// Two header bytes are not much: 'x' with one of " ?^}" behind it is a valid header. But printable text all along the
// head is no deflate data, of which a short stream ends with a checksum of small, unprintable numbers and a long one
// looks random.
bool recognises_zlib(Bytes head) noexcept {
  if (!is_zlib_header(head) || is_text(head)) return false;
  const bool needs_dictionary = (byte_at(head, 1) & 0x20) != 0;
  return needs_dictionary || is_deflate_start(head);
}

bool recognises_gzip(Bytes head) noexcept { return is_gzip_header(head); }

namespace {

template <Wrapper wrapper>
std::optional<Engine> deflate_engine() {
  if (libz_version().empty()) return std::nullopt;
  return Engine{.library = libz_version(),
                .levels = deflate_levels(),
                .blocks = [](int level) { return deflate_encoding(wrapper, level); },
                .decoder = [](const Limits&) -> std::unique_ptr<Decoder> {
                  return std::make_unique<InflateDecoder>(wrapper, fastest_inflate());
                },
                .block_decoding = [](const Limits&) -> std::unique_ptr<BlockDecoding> {
                  return std::make_unique<InflateBlocks>(wrapper);
                }};
}

}  // namespace

std::optional<Engine> zlib_engine() { return deflate_engine<Wrapper::zlib>(); }
std::optional<Engine> gzip_engine() { return deflate_engine<Wrapper::gzip>(); }

}  // namespace larder::internal
