#include <larder/array.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "arrays/copy.h"
#include "arrays/swap.h"
#include "base/checked.h"
#include "base/literal.h"
#include "base/text.h"

namespace larder {

using internal::fail;
using internal::python_tuple;

namespace {

constexpr std::size_t most_axes = 64;
constexpr std::uint64_t largest = 0x7fff'ffff'ffff'ffff;
constexpr std::size_t compare_bytes = 64 * 1024;

// The product, or nothing where an axis or the product is beyond `largest`. Axes of no elements are left out, so that
// the strides of an empty array fit too: numpy's rule.
std::optional<std::uint64_t> product(const Shape& shape, std::uint64_t itemsize) {
  std::uint64_t result = std::max<std::uint64_t>(itemsize, 1);
  for (const std::uint64_t length : shape) {
    if (length == 0) continue;
    const auto next = internal::checked_mul(result, length);
    if (!next || *next > largest) return std::nullopt;
    result = *next;
  }
  return result;
}

std::uint64_t count_of(const Shape& shape) {
  std::uint64_t count = 1;
  for (const std::uint64_t length : shape) count *= length;
  return count;
}

// Strides of contiguous elements, each `itemsize` apart. The shape has been checked.
Strides contiguous_strides(const Shape& shape, std::size_t itemsize, Order order) {
  Strides strides(shape.size());
  std::uint64_t next = itemsize;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const std::size_t axis = order == Order::c ? shape.size() - 1 - i : i;
    strides[axis] = static_cast<std::int64_t>(next);
    if (shape[axis] != 0) next *= shape[axis];
  }
  return strides;
}

// Appends the axes of a sub-array dtype to the array's own, until the dtype is none.
void unfold(DType& dtype, Shape& shape, Strides& strides) {
  while (dtype.kind() == DTypeKind::subarray) {
    const Strides inner = contiguous_strides(dtype.shape(), dtype.base().itemsize(), Order::c);
    shape.insert(shape.end(), dtype.shape().begin(), dtype.shape().end());
    strides.insert(strides.end(), inner.begin(), inner.end());
    dtype = DType(dtype.base());
  }
}

// Objects are references that only their own process can follow.
void require_no_object(const DType& dtype) {
  if (dtype.has_object()) fail(ErrorKind::usage, "an Array cannot hold the elements of dtype ", dtype.name());
}

void require_dtype(const DType& held, const DType& wanted) {
  if (held == wanted) return;
  const bool foreign = held.to_native() == wanted;
  fail(ErrorKind::usage, "the array holds '", held.typestr(), "', not ", wanted.name(),
       foreign ? " of this machine's byte order: to_native() converts it" : "");
}

// Refuses a layout of which some element lies outside the region.
void require_inside(const Shape& shape, const Strides& strides, std::uint64_t offset, std::size_t itemsize,
                    std::size_t size) {
  __extension__ using Wide = __int128;
  Wide lowest = offset;
  Wide end = Wide{offset} + itemsize;
  bool inside = end <= size;
  for (std::size_t axis = 0; axis < shape.size() && inside; ++axis) {
    const Wide reach = (Wide{shape[axis]} - 1) * strides[axis];
    (reach < 0 ? lowest : end) += reach;
    inside = lowest >= 0 && end <= size;
  }
  if (!inside) {
    fail(ErrorKind::malformed, "an array of shape ", python_tuple(shape), " with elements of ", itemsize,
         " bytes from byte ", offset, " is not inside its ", size, " bytes");
  }
}

}  // namespace

std::uint64_t checked_nbytes(const Shape& shape, std::uint64_t itemsize) {
  if (shape.size() > most_axes) {
    fail(ErrorKind::limit, "an array of ", shape.size(), " axes has too many: ", most_axes, " are possible");
  }
  const auto whole = product(shape, itemsize);
  if (!whole) {
    fail(ErrorKind::limit, "an array of shape ", python_tuple(shape), " and ", itemsize,
         " bytes an element is too large");
  }
  return count_of(shape) * itemsize;
}

Array::Array() : shape_{0}, strides_{static_cast<std::int64_t>(dtype_.itemsize())} {}

Array Array::allocate(DType dtype, Shape shape, Order order) {
  require_no_object(dtype);
  Region region = Region::allocate(checked_nbytes(shape, dtype.itemsize()));
  return from_region(std::move(dtype), std::move(shape), order, std::move(region));
}

Array Array::from_region(DType dtype, Shape shape, Order order, Region region) {
  const std::uint64_t size = checked_nbytes(shape, dtype.itemsize());
  if (size > region.size()) {
    fail(ErrorKind::malformed, "an array of shape ", python_tuple(shape), " and dtype ", dtype.name(), " needs ", size,
         " bytes, ", region.size(), " are there");
  }
  Strides strides = contiguous_strides(shape, dtype.itemsize(), order);
  return from_strides(std::move(dtype), std::move(shape), std::move(strides), 0, std::move(region));
}

Array Array::from_strides(DType dtype, Shape shape, Strides strides, std::uint64_t offset, Region region) {
  require_no_object(dtype);
  if (shape.size() != strides.size()) {
    fail(ErrorKind::malformed, "an array of ", shape.size(), " axes cannot have ", strides.size(), " strides");
  }
  unfold(dtype, shape, strides);
  static_cast<void>(checked_nbytes(shape, dtype.itemsize()));
  Array array;
  array.size_ = count_of(shape);
  if (array.size_ != 0) require_inside(shape, strides, offset, dtype.itemsize(), region.size());
  array.offset_ = array.size_ != 0 ? offset : 0;
  array.dtype_ = std::move(dtype);
  array.shape_ = std::move(shape);
  array.strides_ = std::move(strides);
  array.region_ = std::make_shared<const Region>(std::move(region));
  return array;
}

bool Array::is_contiguous(Order order) const noexcept {
  if (size_ == 0) return true;
  std::uint64_t next = dtype_.itemsize();
  for (std::size_t i = 0; i < shape_.size(); ++i) {
    const std::size_t axis = order == Order::c ? shape_.size() - 1 - i : i;
    if (shape_[axis] == 1) continue;
    if (strides_[axis] != static_cast<std::int64_t>(next)) return false;
    next *= shape_[axis];
  }
  return true;
}

Order Array::storage_order() const noexcept {
  return is_contiguous(Order::fortran) && !is_contiguous(Order::c) ? Order::fortran : Order::c;
}

Bytes Array::bytes() const {
  if (!is_contiguous(Order::c) && !is_contiguous(Order::fortran)) {
    fail(ErrorKind::usage, "the array of shape ", python_tuple(shape_), " is not contiguous: copy() makes it so");
  }
  return {origin(), nbytes()};
}

MutableBytes Array::mutable_bytes() {
  const Bytes whole = bytes();
  if (whole.empty()) return {};
  return region_->mutable_bytes().subspan(offset_, whole.size());
}

const void* Array::checked_data(const DType& wanted, std::size_t alignment) const {
  require_dtype(dtype_, wanted);
  const Bytes whole = bytes();
  if (!whole.empty() && reinterpret_cast<std::uintptr_t>(whole.data()) % alignment != 0) {
    fail(ErrorKind::usage, "the array's bytes are not aligned for ", wanted.name(), ": copy() aligns them");
  }
  return whole.data();
}

void* Array::checked_mutable_data(const DType& wanted, std::size_t alignment) {
  static_cast<void>(checked_data(wanted, alignment));
  return mutable_bytes().data();
}

const std::byte* Array::element(const DType& wanted, std::initializer_list<std::uint64_t> index) const {
  require_dtype(dtype_, wanted);
  if (index.size() != shape_.size()) {
    fail(ErrorKind::usage, "an array of ", shape_.size(), " axes cannot be indexed by ", index.size(), " numbers");
  }
  std::uint64_t at = 0;  // modulo 2^64, so that negative strides come out right
  for (std::size_t axis = 0; axis < shape_.size(); ++axis) {
    const std::uint64_t number = index.begin()[axis];
    if (number >= shape_[axis]) {
      fail(ErrorKind::usage, "index ", number, " of axis ", axis, " is outside the shape ", python_tuple(shape_));
    }
    at += number * static_cast<std::uint64_t>(strides_[axis]);
  }
  return region_->data() + (offset_ + at);
}

Array Array::copy(Order order) const {
  Array result = allocate(dtype_, shape_, order);
  copy_elements(0, size_, order, result.mutable_bytes());
  return result;
}

void Array::copy_elements(std::uint64_t first, std::uint64_t count, Order order, MutableBytes out) const {
  if (first > size_ || count > size_ - first) {
    fail(ErrorKind::usage, count, " elements from element ", first, " are not inside an array of ", size_);
  }
  if (out.size() != count * dtype_.itemsize()) {
    fail(ErrorKind::usage, count, " elements of ", dtype_.itemsize(), " bytes do not fill ", out.size(), " bytes");
  }
  if (out.empty()) return;
  internal::Layout layout{shape_, strides_, offset_, dtype_.itemsize()};
  if (order == Order::fortran) {
    std::reverse(layout.lengths.begin(), layout.lengths.end());
    std::reverse(layout.strides.begin(), layout.strides.end());
  }
  internal::copy_layout(*region_, internal::simplified(layout), first, out);
}

Array Array::to_native() const {
  if (dtype_.is_native()) return *this;
  Array result = copy(storage_order());
  internal::make_native(result.mutable_bytes().data(), result.size_, dtype_);
  result.dtype_ = dtype_.to_native();
  return result;
}

Array Array::byte_swapped() const {
  Array result = copy(storage_order());
  swap_bytes(result.mutable_bytes().data(), result.size_, dtype_);
  result.dtype_ = dtype_.swapped();
  return result;
}

Array Array::transposed() const {
  Array result = *this;
  std::reverse(result.shape_.begin(), result.shape_.end());
  std::reverse(result.strides_.begin(), result.strides_.end());
  return result;
}

Region Array::region() const { return region_ ? region_->slice(0, region_->size()) : Region(); }

bool Array::identical(const Array& other) const {
  if (dtype_ != other.dtype_ || shape_ != other.shape_) return false;
  if (nbytes() == 0) return true;
  const std::uint64_t step = std::max<std::uint64_t>(compare_bytes / dtype_.itemsize(), 1);
  std::vector<std::byte> mine;
  std::vector<std::byte> theirs;
  for (std::uint64_t first = 0; first < size_; first += step) {
    const std::uint64_t count = std::min(step, size_ - first);
    mine.resize(count * dtype_.itemsize());
    theirs.resize(mine.size());
    copy_elements(first, count, Order::c, mine);
    other.copy_elements(first, count, Order::c, theirs);
    if (mine != theirs) return false;
  }
  return true;
}

}  // namespace larder
