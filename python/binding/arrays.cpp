#include "python/binding/arrays.h"

#include <string>
#include <vector>

namespace py = pybind11;

namespace larder::python {

namespace {

bool is_small_float(const DType& dtype) { return dtype.kind() >= DTypeKind::bfloat16; }

py::dtype small_float(const DType& dtype) {
  const py::dict modules = py::module_::import("sys").attr("modules");
  const std::string name = dtype.name();
  if (modules.contains("ml_dtypes")) {
    const py::object found = py::getattr(modules["ml_dtypes"], name.c_str(), py::none());
    if (!found.is_none()) return py::dtype::from_args(found);
  }
  return py::dtype("V" + std::to_string(dtype.itemsize()));
}

}  // namespace

py::dtype to_numpy(const DType& dtype) {
  if (is_small_float(dtype)) return small_float(dtype);
  if (dtype.kind() != DTypeKind::structured && dtype.kind() != DTypeKind::subarray) return py::dtype(dtype.typestr());
  const py::object described = py::module_::import("ast").attr("literal_eval")(dtype.descr());
  return py::module_::import("numpy.lib.format").attr("descr_to_dtype")(described);
}

py::array to_numpy(const Array& array) {
  auto owner = std::make_unique<Array>(array);
  std::vector<py::ssize_t> shape(array.shape().begin(), array.shape().end());
  std::vector<py::ssize_t> strides(array.strides().begin(), array.strides().end());
  const void* const origin = array.origin();
  const bool writable = array.writable();
  const py::dtype dtype = to_numpy(array.dtype());
  if (origin == nullptr || array.size() == 0) return py::array(dtype, shape);
  const py::capsule base(owner.release(), [](void* held) { delete static_cast<Array*>(held); });
  py::array made(dtype, std::move(shape), std::move(strides), origin, base);
  if (!writable) made.attr("setflags")(py::arg("write") = false);
  return made;
}

Array elements_of(const py::array& array) {
  const auto itemsize = static_cast<std::uint64_t>(array.itemsize());
  Shape shape;
  Strides strides;
  std::int64_t first = 0;
  std::int64_t last = static_cast<std::int64_t>(itemsize);
  for (py::ssize_t axis = 0; axis < array.ndim(); ++axis) {
    const std::int64_t size = array.shape(axis);
    const std::int64_t stride = array.strides(axis);
    shape.push_back(static_cast<std::uint64_t>(size));
    strides.push_back(stride);
    if (size > 0) (stride < 0 ? first : last) += (size - 1) * stride;
  }
  const DType dtype = DType::of(DTypeKind::raw, itemsize);
  if (array.size() == 0) return Array::from_region(dtype, std::move(shape), Order::c, Region());
  const auto* const origin = static_cast<const std::byte*>(array.data());
  return Array::from_strides(dtype, std::move(shape), std::move(strides), static_cast<std::uint64_t>(-first),
                             Region::borrow(Bytes(origin + first, static_cast<std::size_t>(last - first))));
}

}  // namespace larder::python
