#include "arrays/copy.h"

#include <algorithm>
#include <cstring>

namespace larder::internal {
namespace {

// A tile of a transposition: so many elements along each of both axes. 32 x 32 doubles are 8 KiB, a quarter of a
// first-level cache.
constexpr std::uint64_t tile = 32;
// From a mapping each line of a tile is one system call, so that lines are longer: the tile then fills a second-level
// cache.
constexpr std::size_t mapped_line_bytes = 4096;
// How much of a mapping is read at once to gather elements from it, and how far apart these may be to make that worth
// while.
constexpr std::size_t window_bytes = 64 * 1024;
constexpr std::uint64_t widest_gap = 4096;

std::uint64_t magnitude(std::int64_t stride) {
  return stride < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(stride) : static_cast<std::uint64_t>(stride);
}

template <std::size_t size>
void gather_sized(const std::byte* from, std::int64_t stride, std::uint64_t count, std::byte* to) {
  for (std::uint64_t i = 0; i < count; ++i, to += size) {
    std::memcpy(to, from + static_cast<std::int64_t>(i) * stride, size);
  }
}

// Copies `count` elements that are `stride` bytes apart to contiguous memory.
void gather(const std::byte* from, std::int64_t stride, std::uint64_t count, std::size_t itemsize, std::byte* to) {
  if (stride == static_cast<std::int64_t>(itemsize)) {
    std::memcpy(to, from, count * itemsize);
    return;
  }
  switch (itemsize) {
    case 1:
      return gather_sized<1>(from, stride, count, to);
    case 2:
      return gather_sized<2>(from, stride, count, to);
    case 4:
      return gather_sized<4>(from, stride, count, to);
    case 8:
      return gather_sized<8>(from, stride, count, to);
    case 16:
      return gather_sized<16>(from, stride, count, to);
    default:
      for (std::uint64_t i = 0; i < count; ++i, to += itemsize) {
        std::memcpy(to, from + static_cast<std::int64_t>(i) * stride, itemsize);
      }
  }
}

// One copy_layout.
class LayoutCopy {
 public:
  LayoutCopy(const Region& region, const Layout& layout) : region_(region), layout_(layout) {
    const auto is_contiguous = [&](std::int64_t stride) {
      return stride == static_cast<std::int64_t>(layout.itemsize);
    };
    const auto contiguous = std::find_if(layout.strides.begin(), layout.strides.end(), is_contiguous);
    // Transposed: some axis other than the last one runs along the bytes.
    if (contiguous != layout.strides.end() && contiguous + 1 != layout.strides.end()) {
      lines_ = static_cast<std::size_t>(contiguous - layout.strides.begin());
      for (std::size_t axis = lines_ + 1; axis < layout.lengths.size(); ++axis) row_ *= layout.lengths[axis];
    }
  }

  void run(std::uint64_t first, std::byte* to, std::uint64_t count) {
    while (count > 0) {
      const std::uint64_t done =
          row_ > 1 && first % row_ == 0 && count >= row_ ? copy_rows(first, to, count) : copy_run(first, to, count);
      first += done;
      count -= done;
      to += done * layout_.itemsize;
    }
  }

 private:
  // The byte in the region where the element with this number starts.
  std::uint64_t position(std::uint64_t element) const {
    std::uint64_t at = layout_.offset;
    for (std::size_t axis = layout_.lengths.size(); axis-- > 0;) {
      // Modulo 2^64, so that negative strides come out right.
      at += element % layout_.lengths[axis] * static_cast<std::uint64_t>(layout_.strides[axis]);
      element /= layout_.lengths[axis];
    }
    return at;
  }

  // Copies what is left of one run along the last axis.
  std::uint64_t copy_run(std::uint64_t first, std::byte* to, std::uint64_t most) {
    const std::uint64_t length = layout_.lengths.back();
    std::uint64_t count = std::min(most, length - first % length);
    // Up to the next whole row, which has a faster way.
    if (row_ > 1) count = std::min(count, row_ - first % row_);
    gather_from(position(first), layout_.strides.back(), count, to);
    return count;
  }

  void gather_from(std::uint64_t at, std::int64_t stride, std::uint64_t count, std::byte* to) {
    const std::size_t size = layout_.itemsize;
    if (!region_.mapped()) return gather(region_.data() + at, stride, count, size, to);
    if (stride == static_cast<std::int64_t>(size)) return region_.read(at, {to, count * size});
    const std::uint64_t gap = magnitude(stride);
    const std::uint64_t most =
        gap > widest_gap || size > window_bytes ? 1 : (window_bytes - size) / std::max<std::uint64_t>(gap, 1) + 1;
    while (count > 0) {
      const std::uint64_t now = std::min(count, most);
      const std::uint64_t before = stride < 0 ? (now - 1) * gap : 0;  // the lowest byte belongs to the last element
      window_.resize((now - 1) * gap + size);
      region_.read(at - before, window_);
      gather(window_.data() + before, stride, now, size, to);
      at += now * static_cast<std::uint64_t>(stride);
      to += now * size;
      count -= now;
    }
  }

  // Copies whole rows (everything behind one index of the contiguous axis) of a transposed layout, tile by tile.
  std::uint64_t copy_rows(std::uint64_t first, std::byte* to, std::uint64_t count) {
    const std::uint64_t length = layout_.lengths[lines_];
    const std::uint64_t rows = std::min(count / row_, length - first / row_ % length);
    const std::uint64_t columns = layout_.lengths.back();
    const std::uint64_t step =
        region_.mapped() ? std::max<std::uint64_t>(mapped_line_bytes / layout_.itemsize, 1) : tile;
    for (std::uint64_t column = 0; column < row_; column += std::min(tile, columns - column % columns)) {
      const std::uint64_t width = std::min(tile, columns - column % columns);
      for (std::uint64_t row = 0; row < rows; row += step) {
        copy_tile(position(first + row * row_ + column), std::min(step, rows - row), width,
                  to + (row * row_ + column) * layout_.itemsize);
      }
    }
    return rows * row_;
  }

  // Copies `height` x `width` elements: contiguous along the height in the region, along the width in `to`.
  void copy_tile(std::uint64_t at, std::uint64_t height, std::uint64_t width, std::byte* to) {
    const std::size_t size = layout_.itemsize;
    std::int64_t stride = layout_.strides.back();
    const std::byte* from = nullptr;
    if (region_.mapped()) {
      const std::size_t line = height * size;
      window_.resize(width * line);
      for (std::uint64_t i = 0; i < width; ++i) {
        region_.read(at + i * static_cast<std::uint64_t>(stride), MutableBytes(window_).subspan(i * line, line));
      }
      stride = static_cast<std::int64_t>(line);
      from = window_.data();
    } else {
      from = region_.data() + at;
    }
    for (std::uint64_t i = 0; i < height; ++i) gather(from + i * size, stride, width, size, to + i * row_ * size);
  }

  const Region& region_;
  const Layout& layout_;
  std::size_t lines_ = 0;          // transposed: the axis along which the bytes are contiguous
  std::uint64_t row_ = 1;          // transposed: elements behind one index of that axis
  std::vector<std::byte> window_;  // bytes copied out of a mapping
};

}  // namespace

Layout simplified(const Layout& layout) {
  Layout result{{}, {}, layout.offset, layout.itemsize};
  for (std::size_t axis = 0; axis < layout.lengths.size(); ++axis) {
    const std::uint64_t length = layout.lengths[axis];
    const std::int64_t stride = layout.strides[axis];
    if (length == 1) continue;
    std::int64_t whole = 0;
    const bool continues =
        !result.lengths.empty() && !__builtin_mul_overflow(stride, length, &whole) && result.strides.back() == whole;
    if (continues) {
      result.lengths.back() *= length;
      result.strides.back() = stride;
    } else {
      result.lengths.push_back(length);
      result.strides.push_back(stride);
    }
  }
  if (result.lengths.empty()) {
    result.lengths.push_back(1);
    result.strides.push_back(static_cast<std::int64_t>(layout.itemsize));
  }
  return result;
}

void copy_layout(const Region& region, const Layout& layout, std::uint64_t first, MutableBytes out) {
  if (out.empty()) return;
  LayoutCopy(region, layout).run(first, out.data(), out.size() / layout.itemsize);
}

void copy_bytes(const Array& array, std::uint64_t offset, MutableBytes out) {
  if (out.empty()) return;
  const std::uint64_t itemsize = array.dtype().itemsize();
  const std::uint64_t first = offset / itemsize;
  const std::uint64_t count = (offset + out.size() - 1) / itemsize - first + 1;
  std::vector<std::byte> elements(static_cast<std::size_t>(count * itemsize));
  array.copy_elements(first, count, array.storage_order(), elements);
  const auto begin = elements.begin() + static_cast<std::ptrdiff_t>(offset - first * itemsize);
  std::copy_n(begin, out.size(), out.begin());
}

}  // namespace larder::internal
