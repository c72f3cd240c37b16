#include "arrays/swap.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/byte_order.h"

namespace larder {
namespace {

enum class Parts { all, foreign };

// Fields are swapped one after another over a block of this size, which stays in the cache.
constexpr std::size_t block_bytes = 32 * 1024;

template <class T>
void swap_each(std::byte* at, std::size_t count, std::size_t stride) {
  for (std::size_t i = 0; i < count; ++i, at += stride) {
    T value;
    std::memcpy(&value, at, sizeof value);
    value = internal::swapped(value);
    std::memcpy(at, &value, sizeof value);
  }
}

void swap_units(std::byte* at, std::size_t count, std::size_t stride, std::size_t width) {
  switch (width) {
    case 2:
      return stride == 2 ? swap_each<std::uint16_t>(at, count, 2) : swap_each<std::uint16_t>(at, count, stride);
    case 4:
      return stride == 4 ? swap_each<std::uint32_t>(at, count, 4) : swap_each<std::uint32_t>(at, count, stride);
    case 8:
      return stride == 8 ? swap_each<std::uint64_t>(at, count, 8) : swap_each<std::uint64_t>(at, count, stride);
    default:
      for (std::size_t i = 0; i < count; ++i) std::reverse(at + i * stride, at + i * stride + width);
  }
}

// Bytes that are reversed as one: a complex number has two such units, a text one for each character.
std::size_t unit_width(const DType& dtype) {
  if (dtype.kind() == DTypeKind::complex) return dtype.itemsize() / 2;
  return dtype.kind() == DTypeKind::unicode ? 4 : dtype.itemsize();
}

void swap_parts(std::byte* at, std::size_t count, std::size_t stride, const DType& dtype, Parts parts) {
  if (dtype.itemsize() == 0 || (parts == Parts::foreign && dtype.is_native())) return;
  if (dtype.kind() == DTypeKind::structured) {
    for (const Field& field : dtype.fields()) swap_parts(at + field.offset, count, stride, field.dtype, parts);
    return;
  }
  const bool is_subarray = dtype.kind() == DTypeKind::subarray;
  if (!is_subarray && dtype.order() == ByteOrder::none) return;
  const std::size_t width = is_subarray ? dtype.base().itemsize() : unit_width(dtype);
  const std::size_t units = dtype.itemsize() / width;
  const auto swap_run = [&](std::byte* start, std::size_t run, std::size_t step) {
    if (is_subarray) {
      swap_parts(start, run, step, dtype.base(), parts);
    } else {
      swap_units(start, run, step, width);
    }
  };
  if (units == 1) return swap_run(at, count, stride);
  if (stride == dtype.itemsize()) return swap_run(at, count * units, width);
  for (std::size_t i = 0; i < count; ++i) swap_run(at + i * stride, units, width);
}

void swap_blocks(void* elements, std::size_t count, const DType& dtype, Parts parts) {
  const std::size_t size = dtype.itemsize();
  if (size == 0) return;
  const std::size_t block = std::max<std::size_t>(block_bytes / size, 1);
  auto* at = static_cast<std::byte*>(elements);
  while (count > 0) {
    const std::size_t now = std::min(count, block);
    swap_parts(at, now, size, dtype, parts);
    at += now * size;
    count -= now;
  }
}

}  // namespace

void swap_bytes(void* elements, std::size_t count, const DType& dtype) {
  swap_blocks(elements, count, dtype, Parts::all);
}

namespace internal {

void make_native(void* elements, std::size_t count, const DType& dtype) {
  swap_blocks(elements, count, dtype, Parts::foreign);
}

}  // namespace internal
}  // namespace larder
