#include "formats/elements.h"

#include <algorithm>
#include <vector>

#include "base/text.h"

namespace larder::internal {

namespace {
constexpr std::uint64_t slice_size = std::uint64_t{1} << 20;
}

Region read_within(Reader& reader, std::uint64_t size, const Limits& limits, std::string_view what) {
  if (size <= limits.bytes) return reader.read_region(size, what);
  const auto whole = reader.size();
  const std::uint64_t wanted = whole ? size : limits.bytes;
  if (whole && *whole - std::min(*whole, reader.position()) < wanted) {
    fail(ErrorKind::truncated, what, " needs ", size, " bytes, ", *whole - std::min(*whole, reader.position()),
         " are there");
  }
  if (!whole) reader.skip(wanted, what);
  fail(ErrorKind::limit, what, " needs ", size, " bytes, Limits::bytes allows ", limits.bytes);
}

std::optional<Array> pass_over(const ReadSource& source, const DType& dtype, const Shape& shape, Order order) {
  const std::uint64_t size = checked_nbytes(shape, dtype.itemsize());
  if (source.choice == nullptr || size == 0) return std::nullopt;
  const bool foreign = source.native_byte_order && !dtype.is_native();
  const StoredElements elements{source.reader, source.reader.position(), size, foreign ? &dtype : nullptr};
  if (source.choice->wants(elements)) return std::nullopt;
  source.reader.skip(size, "the array's data");
  return Array::from_region(foreign ? dtype.to_native() : dtype, shape, order, source.choice->stand_in(elements));
}

Array read_elements(const ReadSource& source, ArrayBudget& budget, const DType& dtype, const Shape& shape,
                    Order order) {
  if (auto array = pass_over(source, dtype, shape, order)) return *std::move(array);
  const std::uint64_t size = checked_nbytes(shape, dtype.itemsize());
  if (source.mapped_file != nullptr) {
    const std::uint64_t start = source.reader.position();
    source.reader.skip(size, "the array's data");
    const Region& file = *source.mapped_file;
    if (start > file.size() || size > file.size() - start)
      fail(ErrorKind::truncated, "the file was cut while it was read");
    Region region = file.slice(static_cast<std::size_t>(start), static_cast<std::size_t>(size));
    return Array::from_region(dtype, shape, order, std::move(region));
  }
  Region region = read_within(source.reader, size, budget.left(), "the array's data");
  budget.take(size);
  if (!source.native_byte_order) return Array::from_region(dtype, shape, order, std::move(region));
  return native_array(dtype, shape, order, std::move(region));
}

Array native_array(const DType& dtype, const Shape& shape, Order order, Region elements) {
  if (!dtype.is_native() && dtype.itemsize() != 0)
    swap_bytes(elements.mutable_bytes().data(), elements.size() / static_cast<std::size_t>(dtype.itemsize()), dtype);
  return Array::from_region(dtype.to_native(), shape, order, std::move(elements));
}

bool is_aligned(const Array& array) noexcept {
  const std::size_t alignment = array.dtype().alignment();
  const auto is_multiple = [alignment](std::int64_t stride) {
    return stride % static_cast<std::int64_t>(alignment) == 0;
  };
  return array.size() == 0 || (reinterpret_cast<std::uintptr_t>(array.origin()) % alignment == 0 &&
                               std::ranges::all_of(array.strides(), is_multiple));
}

void write_elements(const Array& array, Order order, Writer& writer) {
  // Mapped pages may vanish while they are read, so those go through guarded copies.
  if (array.is_contiguous(order) && !array.mapped()) {
    writer.write(array.bytes());
    return;
  }
  const std::uint64_t itemsize = array.dtype().itemsize();
  if (itemsize == 0) return;
  const std::uint64_t step = std::max<std::uint64_t>(slice_size / itemsize, 1);
  std::vector<std::byte> slice(static_cast<std::size_t>(std::min(step, array.size()) * itemsize));
  for (std::uint64_t first = 0; first < array.size(); first += step) {
    const std::uint64_t count = std::min(step, array.size() - first);
    const MutableBytes elements(slice.data(), static_cast<std::size_t>(count * itemsize));
    array.copy_elements(first, count, order, elements);
    writer.write(elements);
  }
}

}  // namespace larder::internal
