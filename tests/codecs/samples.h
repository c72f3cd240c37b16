// Data to compress, and short ways through a codec.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <larder/codec.h>

namespace larder::testing {

using Content = std::vector<std::byte>;

// Always the same bytes: random ones (from `seed`), words in random order, and both in turn.
inline constexpr std::uint64_t noise_seed = 20240607;
Content noise(std::size_t size, std::uint64_t seed = noise_seed);
Content words(std::size_t size);
Content mixture(std::size_t size);

Content content_of(std::string_view text);
Content content_of(const Region& region);
Content operator+(Content left, const Content& right);
// As bytes: from_hex("1f 8b 08").
Content from_hex(std::string_view digits);

// The codecs under test: every built-in one that this build has, and one of a user (fakes.h). `with_streams` leaves out
// raw, whose stream has no end.
std::vector<const Codec*> all_codecs();
std::vector<const Codec*> codecs_with_streams();
const Codec& codec(std::string_view name);

// Whole buffers.
Content packed(const Codec& codec, Bytes content, std::optional<int> level = {});
Content unpacked(const Codec& codec, Bytes compressed, const Limits& limits = {});

// Through a Writer, in pieces of `piece` bytes.
Content packed_in_pieces(const Codec& codec, Bytes content, std::size_t piece);
// Through a Reader, which is asked for `piece` bytes at a time and gets the compressed bytes in pieces of
// `piece_below`.
Content unpacked_in_pieces(const Codec& codec, Bytes compressed, std::size_t piece, std::size_t piece_below,
                           const Limits& limits = {});
// A source that gives `piece` bytes at a time.
std::unique_ptr<Reader> trickle(Bytes content, std::size_t piece);
Content read_to_end(Reader& reader, std::size_t piece = 64 * 1024);

// The most memory this process had in use while `work` ran, minus what it had before, in bytes.
template <class Work>
std::uint64_t peak_memory_of(Work work);

void reset_peak_memory();
std::uint64_t peak_memory();
std::uint64_t current_memory();

// CRC-32 as gzip and xz use it, bit by bit: independent of the libraries under test.
std::uint32_t crc32(Bytes bytes);

}  // namespace larder::testing

template <class Work>
std::uint64_t larder::testing::peak_memory_of(Work work) {
  reset_peak_memory();
  const std::uint64_t before = current_memory();
  work();
  const std::uint64_t peak = peak_memory();
  return peak > before ? peak - before : 0;
}
