#include "codecs/content.h"

#include <algorithm>

namespace larder::internal {

std::vector<std::byte> sample_of(const Content& content, std::uint64_t size) {
  constexpr std::uint64_t piece_size = std::uint64_t{32} << 10;  // zlib's window
  constexpr std::uint64_t most_pieces = 8;
  constexpr std::uint64_t grain = 4096;
  if (size >= content.size) {
    std::vector<std::byte> all(static_cast<std::size_t>(content.size));
    if (!all.empty()) content.read(0, all);
    return all;
  }
  const std::uint64_t pieces = std::clamp<std::uint64_t>(size / piece_size, 1, most_pieces);
  const auto length = static_cast<std::size_t>(pieces == 1 ? size : size / pieces / grain * grain);
  std::vector<std::byte> sample(length * static_cast<std::size_t>(pieces));
  const std::uint64_t step = (content.size - length) / std::max<std::uint64_t>(pieces - 1, 1) / grain * grain;
  for (std::uint64_t i = 0; i < pieces; ++i)
    content.read(i * step, MutableBytes(sample).subspan(static_cast<std::size_t>(i) * length, length));
  return sample;
}

}  // namespace larder::internal
