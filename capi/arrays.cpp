#include "base/checked.h"
#include "base/text.h"
#include "capi/handles.h"

namespace larder::internal {

namespace {

// "<f8"; of structured dtypes the list of their fields.
std::string text_of(const DType& dtype) {
  return dtype.kind() == DTypeKind::structured ? dtype.descr() : dtype.typestr();
}

std::size_t bytes_of_elements(const DType& dtype, const Shape& shape) {
  std::optional<std::size_t> size = dtype.itemsize();
  for (const std::uint64_t length : shape) {
    const auto count = checked_cast<std::size_t>(length);
    if (size && count) size = checked_mul(*size, *count);
    if (!size || !count) fail(ErrorKind::limit, "an array of this shape is larger than memory can be");
  }
  return *size;
}

}  // namespace

std::unique_ptr<larder_array> handle_of(const Array& array) {
  const bool contiguous = array.is_contiguous(Order::c) || array.is_contiguous(Order::fortran);
  return std::make_unique<larder_array>(larder_array{contiguous ? array : array.copy(), text_of(array.dtype())});
}

}  // namespace larder::internal

namespace internal = larder::internal;

larder_status larder_array_borrow(const char* dtype, const uint64_t* shape, size_t dimensions, int fortran,
                                  const void* elements, larder_array** out, larder_error* error) {
  return internal::guarded_result(out, error, [&] {
    if (dimensions != 0) internal::require_pointer(shape, "shape");
    const auto parsed = larder::DType::parse(internal::text_of(dtype, "dtype"));
    const larder::Shape lengths(shape, shape + dimensions);
    const larder::Bytes bytes = internal::bytes_of(elements, internal::bytes_of_elements(parsed, lengths));
    return internal::handle_of(larder::Array::from_region(
        parsed, lengths, fortran != 0 ? larder::Order::fortran : larder::Order::c, larder::Region::borrow(bytes)));
  });
}

const char* larder_array_dtype(const larder_array* array) { return array == nullptr ? nullptr : array->dtype.c_str(); }

size_t larder_array_dimensions(const larder_array* array) { return array == nullptr ? 0 : array->array.ndim(); }

const uint64_t* larder_array_shape(const larder_array* array) {
  return array == nullptr ? nullptr : array->array.shape().data();
}

int larder_array_is_fortran(const larder_array* array) {
  return array != nullptr && array->array.storage_order() == larder::Order::fortran ? 1 : 0;
}

int larder_array_is_mapped(const larder_array* array) { return array != nullptr && array->array.mapped() ? 1 : 0; }

const void* larder_array_elements(const larder_array* array) {
  return array == nullptr ? nullptr : array->array.origin();
}

void* larder_array_mutable_elements(larder_array* array) {
  if (array == nullptr || !array->array.writable()) return nullptr;
  return array->array.mutable_bytes().data();
}

uint64_t larder_array_nbytes(const larder_array* array) { return array == nullptr ? 0 : array->array.nbytes(); }

void larder_array_free(larder_array* array) { delete array; }
