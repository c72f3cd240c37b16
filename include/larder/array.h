// Array: elements of one dtype in memory or in a mapped file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <span>
#include <vector>

#include <larder/bytes.h>
#include <larder/dtype.h>
#include <larder/export.h>

namespace larder {

enum class Order : std::uint8_t { c, fortran };

using Shape = std::vector<std::uint64_t>;
using Strides = std::vector<std::int64_t>;  // in bytes; may be 0 or negative

// An N-dimensional array: a dtype, a shape, strides, and a share of the bytes. At most 64 axes. Object dtypes are an
// Error of kind `usage` everywhere: Python objects have no bytes to hold.
//
// Copying an Array is cheap and shares the bytes, which live until the last sharer is gone: heap and mapped arrays are
// the same type, and an array outlives its file, its Document and the file's unlink. Thread-safety: reading is safe
// from any thread; writing needs the caller's ordering.
class LARDER_API Array {
 public:
  // No elements: shape (0,), float64.
  Array();

  // Elements of unspecified value, contiguous. Error `limit` where the size overflows.
  static Array allocate(DType dtype, Shape shape, Order order = Order::c);

  // Bytes that hold the elements contiguously in `order`, from the first byte on. Error `malformed` where they are too
  // few. As numpy does, a dtype that is a sub-array is unfolded: its shape is appended to `shape` and its base becomes
  // the dtype.
  static Array from_region(DType dtype, Shape shape, Order order, Region region);

  // Any layout inside `region`: element [0,...] at byte `offset`. Error `malformed` where some element would lie
  // outside.
  static Array from_strides(DType dtype, Shape shape, Strides strides, std::uint64_t offset, Region region);

  // A copy of C++ elements, in C order. Error `usage` where shape and values disagree.
  template <class T>
  static Array copy_of(std::span<const T> values, Shape shape);

  // Elements that the caller keeps alive and in place for as long as any copy of the Array exists.
  template <class T>
  static Array borrow(std::span<T> values, Shape shape);

  const DType& dtype() const noexcept { return dtype_; }
  const Shape& shape() const noexcept { return shape_; }
  const Strides& strides() const noexcept { return strides_; }
  std::size_t ndim() const noexcept { return shape_.size(); }
  std::uint64_t size() const noexcept { return size_; }                        // number of elements
  std::uint64_t nbytes() const noexcept { return size_ * dtype_.itemsize(); }  // of the elements, without gaps
  bool is_contiguous(Order order) const noexcept;
  // numpy's rule for writing files: fortran only where the array is Fortran- and not C-contiguous.
  Order storage_order() const noexcept;
  bool writable() const noexcept { return region_ && region_->writable(); }
  bool mapped() const noexcept { return region_ && region_->mapped(); }

  // The elements of a contiguous array (either order) as bytes, in memory order. Error `usage` where it is not
  // contiguous.
  Bytes bytes() const;
  MutableBytes mutable_bytes();

  // The elements of a contiguous array (either order) as T, in memory order. Error `usage` where T is not the dtype,
  // the byte order is foreign, the array is not contiguous, the bytes are not aligned for T, or (for mutable_data) they
  // are read-only.
  template <class T>
  std::span<const T> data() const {
    return {static_cast<const T*>(checked_data(DType::of<T>(), alignof(T))), static_cast<std::size_t>(size_)};
  }
  template <class T>
  std::span<T> mutable_data() {
    return {static_cast<T*>(checked_mutable_data(DType::of<T>(), alignof(T))), static_cast<std::size_t>(size_)};
  }

  // One element at `index` (one number an axis, Error `usage` outside), whatever the layout; T as for data().
  template <class T>
  T at(std::initializer_list<std::uint64_t> index) const;

  // A new array with the same elements, contiguous in `order`, on the heap.
  Array copy(Order order = Order::c) const;
  // Copies the elements [first, first + count) in `order` into `out`, whatever the layout; out.size() == count *
  // itemsize. Reads guardedly (Error `io`) from mapped files that were cut short. For writing an array out piece by
  // piece.
  void copy_elements(std::uint64_t first, std::uint64_t count, Order order, MutableBytes out) const;
  // *this where it is native already, else a native copy.
  Array to_native() const;
  // Reversed byte order, dtype and bytes: the same values.
  Array byte_swapped() const;
  // The same bytes with the axes reversed.
  Array transposed() const;

  // The byte address of element [0,...]; null where there are no bytes.
  const std::byte* origin() const noexcept { return region_ ? region_->data() + offset_ : nullptr; }
  // Another owner of the bytes this array lives in.
  Region region() const;

  // Equal dtype, shape and elements (bitwise: NaNs with the same bits are equal).
  bool identical(const Array& other) const;

 private:
  const void* checked_data(const DType& wanted, std::size_t alignment) const;
  void* checked_mutable_data(const DType& wanted, std::size_t alignment);
  const std::byte* element(const DType& wanted, std::initializer_list<std::uint64_t> index) const;

  DType dtype_;
  Shape shape_;
  Strides strides_;
  std::uint64_t size_ = 0;
  std::uint64_t offset_ = 0;
  std::shared_ptr<const Region> region_;
};

// The bytes that `shape` elements of `itemsize` bytes occupy. Error `limit` where that overflows 2^63 - 1 or there are
// more than 64 axes. Axes without elements do not excuse the others: as in numpy, the product of the rest must fit too.
LARDER_API std::uint64_t checked_nbytes(const Shape& shape, std::uint64_t itemsize);

template <class T>
Array Array::copy_of(std::span<const T> values, Shape shape) {
  return from_region(DType::of<T>(), std::move(shape), Order::c, Region::copy_of(std::as_bytes(values)));
}

template <class T>
Array Array::borrow(std::span<T> values, Shape shape) {
  if constexpr (std::is_const_v<T>)
    return from_region(DType::of<T>(), std::move(shape), Order::c, Region::borrow(std::as_bytes(values)));
  else
    return from_region(DType::of<T>(), std::move(shape), Order::c, Region::borrow(std::as_writable_bytes(values)));
}

template <class T>
T Array::at(std::initializer_list<std::uint64_t> index) const {
  T value;
  std::memcpy(&value, element(DType::of<T>(), index), sizeof(T));
  return value;
}

}  // namespace larder
