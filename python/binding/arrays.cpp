#include "python/binding/arrays.h"

#include <string>
#include <utility>

#include "python/binding/parts.h"

namespace py = pybind11;

namespace larder::python {

namespace {

class SharedBytes {
 public:
  explicit SharedBytes(Region region) : region_(std::move(region)) {}
  py::buffer_info info() const {
    return {const_cast<std::byte*>(region_.data()), 1, "B", static_cast<py::ssize_t>(region_.size()),
            !region_.writable()};
  }

 private:
  Region region_;
};

py::object numpy() { return py::module_::import("numpy"); }

py::object small_float(const DType& dtype) {
  const py::dict modules = py::module_::import("sys").attr("modules");
  const std::string name = dtype.name();
  if (modules.contains("ml_dtypes")) {
    const py::object found = py::getattr(modules["ml_dtypes"], name.c_str(), py::none());
    if (!found.is_none()) return numpy().attr("dtype")(found);
  }
  return numpy().attr("dtype")("V" + std::to_string(dtype.itemsize()));
}

template <class Numbers>
py::tuple tuple_of(const Numbers& numbers) {
  py::tuple made(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) made[i] = numbers[i];
  return made;
}

// What numpy tells of an array's memory.
class Layout {
 public:
  explicit Layout(const py::handle& array) {
    if (PyObject_GetBuffer(array.ptr(), &buffer_, PyBUF_STRIDES) != 0) throw py::error_already_set();
  }
  ~Layout() { PyBuffer_Release(&buffer_); }
  Layout(const Layout&) = delete;
  Layout& operator=(const Layout&) = delete;
  const Py_buffer& operator*() const { return buffer_; }

 private:
  Py_buffer buffer_{};
};

}  // namespace

py::object to_numpy(const DType& dtype) {
  if (dtype.kind() >= DTypeKind::bfloat16) return small_float(dtype);
  if (dtype.kind() != DTypeKind::structured && dtype.kind() != DTypeKind::subarray)
    return numpy().attr("dtype")(dtype.typestr());
  const py::object described = py::module_::import("ast").attr("literal_eval")(dtype.descr());
  return py::module_::import("numpy.lib.format").attr("descr_to_dtype")(described);
}

py::object to_numpy(const Array& array) {
  const py::object dtype = to_numpy(array.dtype());
  const py::tuple shape = tuple_of(array.shape());
  if (array.nbytes() == 0) return numpy().attr("zeros")(shape, dtype);
  Region region = array.region();
  const auto offset = array.origin() - region.data();
  return numpy().attr("ndarray")(shape, dtype, shared_bytes(std::move(region)), offset, tuple_of(array.strides()));
}

py::object empty_object_array(const Shape& shape) { return numpy().attr("empty")(tuple_of(shape), "O"); }

void fill_object_array(const py::object& array, const py::list& elements) {
  const Layout layout(array);
  auto** const places = static_cast<PyObject**>((*layout).buf);
  for (std::size_t i = 0; i < elements.size(); ++i) {
    PyObject* const old = std::exchange(places[i], PyList_GET_ITEM(elements.ptr(), static_cast<Py_ssize_t>(i)));
    Py_INCREF(places[i]);
    Py_XDECREF(old);
  }
}

Array elements_of(const py::handle& array) {
  const Layout layout(array);
  const Py_buffer& buffer = *layout;
  const auto itemsize = static_cast<std::uint64_t>(buffer.itemsize);
  Shape shape;
  Strides strides;
  std::int64_t first = 0;
  std::int64_t last = buffer.itemsize;
  for (int axis = 0; axis < buffer.ndim; ++axis) {
    const std::int64_t size = buffer.shape[axis];
    const std::int64_t stride = buffer.strides[axis];
    shape.push_back(static_cast<std::uint64_t>(size));
    strides.push_back(stride);
    if (size > 0) (stride < 0 ? first : last) += (size - 1) * stride;
  }
  const DType dtype = DType::of(DTypeKind::raw, itemsize);
  if (buffer.len == 0) return Array::from_region(dtype, std::move(shape), Order::c, Region());
  const auto* const origin = static_cast<const std::byte*>(buffer.buf);
  return Array::from_strides(dtype, std::move(shape), std::move(strides), static_cast<std::uint64_t>(-first),
                             Region::borrow(Bytes(origin + first, static_cast<std::size_t>(last - first))));
}

py::object shared_bytes(Region region) { return py::cast(SharedBytes(std::move(region))); }

void bind_arrays(py::module_& module) {
  py::class_<SharedBytes>(module, "SharedBytes", py::buffer_protocol()).def_buffer(&SharedBytes::info);
}

}  // namespace larder::python
