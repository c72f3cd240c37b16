#include <algorithm>
#include <array>
#include <cstring>

#include "codecs/bz2/burrows_wheeler.h"

namespace larder::internal::bz2 {
namespace {

// A link: the first byte of the rotation, whether a walk starts there, and the row of the rotation by one.
constexpr unsigned byte_shift = 24;
constexpr std::uint32_t start_flag = std::uint32_t{1} << 20;
constexpr std::uint32_t row_mask = start_flag - 1;

constexpr std::size_t most_at_once = 8;
constexpr std::size_t most_pieces = 64;  // many more than walks at once, as their lengths differ much
constexpr std::size_t least_rows_per_piece = 4096;
constexpr std::size_t chunk_size = 1024;

}  // namespace

std::span<std::uint8_t> InverseBurrowsWheeler::last_bytes(std::size_t size) {
  const std::size_t chunks = size / chunk_size + most_pieces + 1;
  if (bytes_.size() < chunks * chunk_size) bytes_ = std::vector<std::uint8_t>(chunks * chunk_size);
  return std::span(bytes_).first(size);
}

std::span<const std::uint8_t> InverseBurrowsWheeler::invert(std::span<const std::uint32_t, 256> counts,
                                                            std::uint32_t origin) {
  link(counts);
  choose_starts(origin);
  walk();
  return joined(origin);
}

void InverseBurrowsWheeler::link(std::span<const std::uint32_t, 256> counts) {
  std::array<std::uint32_t, 256> row_of;
  size_ = 0;
  for (std::size_t byte = 0; byte < 256; ++byte) {
    row_of[byte] = static_cast<std::uint32_t>(size_);
    size_ += counts[byte];
  }
  if (links_.size() < size_) links_ = std::vector<std::uint32_t>(size_);
  for (std::size_t row = 0; row < size_; ++row) {
    const std::uint8_t byte = bytes_[row];
    links_[row_of[byte]++] = (std::uint32_t{byte} << byte_shift) | static_cast<std::uint32_t>(row);
  }
}

void InverseBurrowsWheeler::choose_starts(std::uint32_t origin) {
  const std::size_t count = std::clamp<std::size_t>(size_ / least_rows_per_piece, 1, most_pieces);
  pieces_.clear();
  for (std::size_t k = 0; k < count; ++k) {
    const std::size_t row = (origin + k * size_ / count) % size_;
    pieces_.push_back({.start = static_cast<std::uint32_t>(row)});
    links_[row] |= start_flag;
  }
  std::sort(pieces_.begin(), pieces_.end(), [](const Piece& a, const Piece& b) { return a.start < b.start; });
}

void InverseBurrowsWheeler::walk() {
  chunk_after_.clear();
  std::array<Walk, most_at_once> walks;
  std::size_t active = 0;
  std::size_t next = 0;
  while (true) {
    while (active < most_at_once && next < pieces_.size()) walks[active++] = begin_walk(next++);
    if (active == 0) return;
    if (active == 8)
      advance<8>(walks.data());
    else if (active >= 4)
      advance<4>(walks.data());
    else if (active >= 2)
      advance<2>(walks.data());
    else
      advance<1>(walks.data());
    for (std::size_t k = active; k-- > 0;) {
      if ((links_[walks[k].row] & start_flag) != 0) {
        end_walk(walks[k]);
        walks[k] = walks[--active];
      } else if (walks[k].to == walks[k].chunk_end) {
        next_chunk(walks[k]);
      }
    }
  }
}

// Until one of them gets to a start or to the end of its chunk.
template <std::size_t count>
void InverseBurrowsWheeler::advance(Walk* walks) const {
  std::array<std::uint32_t, count> rows;
  std::array<std::uint8_t*, count> to;
  std::size_t most_steps = chunk_size;
  for (std::size_t k = 0; k < count; ++k) {
    rows[k] = walks[k].row;
    to[k] = walks[k].to;
    most_steps = std::min(most_steps, static_cast<std::size_t>(walks[k].chunk_end - walks[k].to));
  }
  const std::uint32_t* const links = links_.data();
  std::size_t step = 0;
  for (; step < most_steps; ++step) {
    std::array<std::uint32_t, count> found;
    std::uint32_t flags = 0;
    for (std::size_t k = 0; k < count; ++k) flags |= found[k] = links[rows[k]];
    if ((flags & start_flag) != 0) break;
    for (std::size_t k = 0; k < count; ++k) {
      to[k][step] = static_cast<std::uint8_t>(found[k] >> byte_shift);
      rows[k] = found[k] & row_mask;
    }
  }
  for (std::size_t k = 0; k < count; ++k) {
    walks[k].row = rows[k];
    walks[k].to += step;
  }
}

InverseBurrowsWheeler::Walk InverseBurrowsWheeler::begin_walk(std::size_t piece) {
  Walk walk{.piece = piece, .chunk = new_chunk()};
  pieces_[piece].chunk = walk.chunk;
  walk.to = chunk_bytes(walk.chunk);
  walk.chunk_end = walk.to + chunk_size;
  const std::uint32_t link = links_[pieces_[piece].start];
  *walk.to++ = static_cast<std::uint8_t>(link >> byte_shift);
  walk.row = link & row_mask;
  return walk;
}

void InverseBurrowsWheeler::end_walk(const Walk& walk) {
  pieces_[walk.piece].next = walk.row;
  pieces_[walk.piece].size += static_cast<std::uint32_t>(walk.to - chunk_bytes(walk.chunk));
}

void InverseBurrowsWheeler::next_chunk(Walk& walk) {
  pieces_[walk.piece].size += chunk_size;
  const std::uint32_t chunk = new_chunk();
  chunk_after_[walk.chunk] = chunk;
  walk.chunk = chunk;
  walk.to = chunk_bytes(chunk);
  walk.chunk_end = walk.to + chunk_size;
}

std::uint32_t InverseBurrowsWheeler::new_chunk() {
  chunk_after_.push_back(0);
  return static_cast<std::uint32_t>(chunk_after_.size() - 1);
}

std::uint8_t* InverseBurrowsWheeler::chunk_bytes(std::uint32_t chunk) { return &bytes_[chunk * chunk_size]; }

// In place of the links. A block of equal parts has one ring of pieces for each of them, all the same, and the one that
// it starts in is gone round more than once.
std::span<const std::uint8_t> InverseBurrowsWheeler::joined(std::uint32_t origin) {
  auto* const block = reinterpret_cast<std::uint8_t*>(links_.data());
  std::uint32_t start = origin;
  for (std::size_t made = 0; made < size_;) {
    const auto before = [](const Piece& piece, std::uint32_t row) { return piece.start < row; };
    const Piece& piece = *std::lower_bound(pieces_.begin(), pieces_.end(), start, before);
    std::uint32_t chunk = piece.chunk;
    std::size_t left = std::min<std::size_t>(piece.size, size_ - made);
    while (left > 0) {
      const std::size_t size = std::min(left, chunk_size);
      std::memcpy(block + made, chunk_bytes(chunk), size);
      chunk = chunk_after_[chunk];
      made += size;
      left -= size;
    }
    start = piece.next;
  }
  return {block, size_};
}

}  // namespace larder::internal::bz2
