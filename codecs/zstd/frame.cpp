#include "codecs/zstd/frame.h"

#include <algorithm>
#include <bit>

#include "base/byte_order.h"

namespace larder::internal::zstd {
namespace {

// The frame header descriptor.
constexpr unsigned single_segment_bit = 0x20;
constexpr unsigned reserved_bit = 0x08;
constexpr unsigned checksum_bit = 0x04;

constexpr int least_window_log = 10;
constexpr int most_window_log = 41;

constexpr std::array<char, 3> mark_name = {'L', 'R', 'D'};
constexpr std::size_t mark_blocks = mark_size / (BlockHeader::size + 1);

bool has(std::byte descriptor, unsigned bit) noexcept { return (std::to_integer<unsigned>(descriptor) & bit) != 0; }

// How long the fields behind the descriptor are.
struct Fields {
  explicit Fields(std::byte descriptor) noexcept {
    constexpr std::array<std::size_t, 4> dictionary_sizes = {0, 1, 2, 4};
    constexpr std::array<std::size_t, 4> content_sizes = {0, 2, 4, 8};
    const auto flags = std::to_integer<unsigned>(descriptor);
    const bool single_segment = has(descriptor, single_segment_bit);  // no window then, and always a content size
    window = single_segment ? 0 : 1;
    dictionary = dictionary_sizes[flags & 3];
    content_size = std::max<std::size_t>(content_sizes[flags >> 6], single_segment ? 1 : 0);
  }

  std::size_t window = 0;
  std::size_t dictionary = 0;
  std::size_t content_size = 0;
};

std::uint64_t load(Bytes bytes) noexcept {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) value |= std::to_integer<std::uint64_t>(bytes[i]) << 8 * i;
  return value;
}

// Returns where what follows belongs.
template <class T>
std::byte* put(std::byte* to, T value) {
  store_le(to, value);
  return to + sizeof value;
}

// The smallest window that is at least as large.
std::byte window_descriptor(std::uint64_t window) noexcept {
  for (int log = least_window_log;; ++log) {
    const std::uint64_t base = std::uint64_t{1} << log;
    for (unsigned eighths = 0; eighths < 8; ++eighths) {
      if (base + base / 8 * eighths >= window || (log == most_window_log && eighths == 7))
        return static_cast<std::byte>(static_cast<unsigned>(log - least_window_log) << 3 | eighths);
    }
  }
}

std::uint64_t window_of(std::byte descriptor) noexcept {
  const auto value = std::to_integer<unsigned>(descriptor);
  const std::uint64_t base = std::uint64_t{1} << (least_window_log + (value >> 3));
  return base + base / 8 * (value & 7);
}

}  // namespace

std::size_t header_size(std::byte descriptor) noexcept {
  const Fields fields(descriptor);
  return header_start + fields.window + fields.dictionary + fields.content_size;
}

std::optional<FrameHeader> parse_header(Bytes head) noexcept {
  if (head.size() < header_start || load_le<std::uint32_t>(head.data()) != frame_magic) return std::nullopt;
  const std::byte descriptor = head[header_start - 1];
  if (has(descriptor, reserved_bit)) return std::nullopt;
  const Fields fields(descriptor);
  FrameHeader result{
      .size = header_size(descriptor), .checksum = has(descriptor, checksum_bit), .dictionary = fields.dictionary != 0};
  if (head.size() < result.size) return std::nullopt;
  if (fields.content_size != 0) {
    constexpr std::uint64_t offset_of_two_bytes = 256;
    const std::uint64_t size = load(head.subspan(result.size - fields.content_size, fields.content_size));
    result.content_size = fields.content_size == 2 ? size + offset_of_two_bytes : size;
  }
  if (fields.window == 0) {
    result.window = *result.content_size;
  } else {
    result.window = window_of(head[header_start]);
  }
  return result;
}

std::vector<std::byte> make_header(const FrameHeader& header) {
  constexpr unsigned eight_bytes = 3 << 6;
  const bool single_segment = header.window == 0;
  const unsigned descriptor = (header.content_size ? eight_bytes : 0) | (single_segment ? single_segment_bit : 0) |
                              (header.checksum ? checksum_bit : 0);
  std::array<std::byte, header_start + 1 + sizeof *header.content_size> room{};
  std::byte* end = put(room.data(), frame_magic);
  *end++ = static_cast<std::byte>(descriptor);
  if (!single_segment) *end++ = window_descriptor(header.window);
  if (header.content_size) end = put(end, *header.content_size);
  return {room.data(), end};
}

void set_checksum_flag(MutableBytes frame) noexcept { frame[header_start - 1] |= std::byte{checksum_bit}; }

BlockHeader parse_block_header(const std::byte* bytes) noexcept {
  const std::uint64_t header = load({bytes, BlockHeader::size});
  BlockHeader result{.last = (header & 1) != 0, .type = static_cast<BlockHeader::Type>(header >> 1 & 3)};
  const auto size = static_cast<std::size_t>(header >> 3);
  const bool run = result.type == BlockHeader::Type::run;
  result.stored = run ? 1 : size;
  result.content = run || result.type == BlockHeader::Type::raw ? size : 0;
  return result;
}

std::optional<BlockRun> walk_blocks(Bytes bytes, bool ends) noexcept {
  BlockRun result;
  for (std::size_t at = 0; at != bytes.size(); ++result.blocks) {
    if (bytes.size() - at < BlockHeader::size) return std::nullopt;
    const BlockHeader header = parse_block_header(bytes.data() + at);
    result.last_block = at;
    at += BlockHeader::size;
    if (header.stored > bytes.size() - at) return std::nullopt;
    at += header.stored;
    if (header.last != (ends && at == bytes.size())) return std::nullopt;
  }
  if (result.blocks == 0) return std::nullopt;
  return result;
}

BlockExtent extent_of_blocks(Bytes bytes) noexcept {
  BlockExtent result;
  while (bytes.size() - result.size >= BlockHeader::size) {
    const BlockHeader header = parse_block_header(bytes.data() + result.size);
    ++result.blocks;
    result.size += BlockHeader::size + header.stored;
    if (result.size > bytes.size()) return result;
    result.ended = header.last;
    if (result.ended) return result;
  }
  result.size += BlockHeader::size;
  return result;
}

void make_mark(const Section& section, MutableBytes out) noexcept {
  std::array<std::byte, mark_blocks> word{};
  std::transform(mark_name.begin(), mark_name.end(), word.begin(), [](char letter) { return std::byte(letter); });
  word[mark_name.size()] = window_descriptor(section.window);
  store_le(word.data() + 4, static_cast<std::uint32_t>(section.stored));
  store_le(word.data() + 8, static_cast<std::uint32_t>(section.content));
  for (std::size_t i = 0; i < mark_blocks; ++i) {
    std::byte* const block = out.data() + i * (BlockHeader::size + 1);
    block[0] = std::byte{2};  // a run, not the last block, of no bytes
    block[1] = block[2] = std::byte{0};
    block[3] = word[i];
  }
}

std::optional<Section> parse_mark(Bytes bytes) noexcept {
  if (bytes.size() < mark_size) return std::nullopt;
  std::array<std::byte, mark_blocks> word{};
  for (std::size_t i = 0; i < mark_blocks; ++i) {
    const std::byte* const block = bytes.data() + i * (BlockHeader::size + 1);
    if (load({block, BlockHeader::size}) != 2) return std::nullopt;
    word[i] = block[3];
  }
  if (!std::equal(mark_name.begin(), mark_name.end(), word.begin(),
                  [](char letter, std::byte byte) { return std::byte(letter) == byte; }))
    return std::nullopt;
  const Section section{.stored = load_le<std::uint32_t>(word.data() + 4),
                        .content = load_le<std::uint32_t>(word.data() + 8),
                        .window = window_of(word[mark_name.size()])};
  const bool possible = section.content != 0 && section.content <= most_section &&
                        section.stored >= BlockHeader::size && section.stored <= most_section + most_section / 128;
  return possible ? std::optional(section) : std::nullopt;
}

}  // namespace larder::internal::zstd
