#include "formats/pickle/numpy_array.h"

#include <numeric>

#include "base/text.h"
#include "document/records.h"

namespace larder::internal {

namespace {

[[noreturn]] void bad(std::string_view what) { fail(ErrorKind::malformed, "a numpy array: ", what); }

// The parts of ndarray's state: (version, shape, dtype, is_fortran, data), without the version before numpy 1.0.
struct State {
  Value shape;
  Value dtype;
  Value is_fortran;
  Value data;
};

std::optional<State> state_of(Value tuple) {
  if (!tuple.is(ValueKind::tuple) || tuple.size() < 4 || tuple.size() > 5) return std::nullopt;
  const std::size_t first = tuple.size() - 4;
  const State state{tuple[first], tuple[first + 1], tuple[first + 2], tuple[first + 3]};
  if (!state.shape.is(ValueKind::tuple) || !state.dtype.is(ValueKind::object)) return std::nullopt;
  return state;
}

bool is_numpy_class(Value value) {
  return value.is(ValueKind::global) && (value.module_name() == "numpy" || value.module_name().starts_with("numpy."));
}

Order order_of_flag(Value flag) {
  if (flag.is(ValueKind::boolean)) return flag.as_bool() ? Order::fortran : Order::c;
  if (flag.fits_int64() && (flag.as_int() == 0 || flag.as_int() == 1))
    return flag.as_int() == 1 ? Order::fortran : Order::c;
  bad("its order is neither True nor False");
}

std::uint64_t count_of(const Shape& shape) { return checked_nbytes(shape, 1); }

// Whether the bytes of a scalar or masked array are an Array already: another one was made of the same tuple.
bool is_done(Value data) {
  if (!data.is(ValueKind::array)) return false;
  const ValueKind stored = Access::array(data).stand_in.kind();
  return stored == ValueKind::bytes || stored == ValueKind::bytearray || stored == ValueKind::str;
}

}  // namespace

Shape shape_of(Value tuple, std::string_view what) {
  if (!tuple.is(ValueKind::tuple)) fail(ErrorKind::malformed, what, ": its shape is no tuple");
  Shape shape;
  shape.reserve(tuple.size());
  for (const Value size : Access::members(tuple)) {
    if (!size.fits_int64() || size.as_int() < 0)
      fail(ErrorKind::malformed, what, ": its shape has a size that is no size");
    shape.push_back(static_cast<std::uint64_t>(size.as_int()));
  }
  return shape;
}

Value NumpyArrayReader::after_call(Known callable, Value object) {
  if (callable == Known::from_buffer) return from_buffer(object);
  if (callable == Known::scalar) scalar(object);
  return object;
}

Value NumpyArrayReader::after_state(Known callable, Value object, Value state) {
  if (callable == Known::masked_reconstruct) {
    masked(state);
    return object;
  }
  return callable == Known::reconstruct ? reconstructed(object, state) : object;
}

Value NumpyArrayReader::reconstructed(Value object, Value tuple) {
  const Value arguments = object.arguments();
  const bool is_numpy = !arguments.empty() && is_numpy_class(arguments[0]);
  const auto state = state_of(tuple);
  if (!state) {
    if (is_numpy) bad("its state is not that of numpy");
    return object;
  }
  Object& record = Access::object(object);
  const Value made = array(state->data, state->dtype, state->shape, order_of_flag(state->is_fortran), object);
  // Where something of the file holds the object already, it stays one.
  if (made.is_none() || record.escaped) return object;
  record.array = &Access::array(made);
  return made;
}

Value NumpyArrayReader::array(Value data, Value dtype_object, Value shape_tuple, Order order, Value stand_in) {
  // A dtype that is not numpy's own: what its bytes mean is not known here.
  if (!DTypeReader::describes(dtype_object)) return {};
  const DType dtype = dtypes_.read(dtype_object);
  Shape shape = shape_of(shape_tuple, "a numpy array");
  if (dtype.has_object()) {
    if (!data.is(ValueKind::list)) bad("its Python objects are no list");
    if (data.size() != count_of(shape)) bad(join("it has ", data.size(), " objects, its shape ", count_of(shape)));
    return {};
  }
  const auto bytes = strings_.data(data);
  if (!bytes) bad(join("its data is a ", name_of(data.kind()), ", not bytes"));
  const std::uint64_t size = checked_nbytes(shape, dtype.itemsize());
  if (bytes->size() != size) bad(join("it has ", bytes->size(), " bytes, its shape and dtype ", size));
  const bool bytes_alone = !stand_in.is(ValueKind::object);  // whose dtype stands elsewhere in the file
  Region region = stored(*bytes);
  if (region.mapped() || !source_.native_byte_order || dtype.is_native() || bytes_alone) {
    return Access::make_array(
        document_, Array::from_region(dtype, std::move(shape), order, aligned(std::move(region), dtype)), stand_in);
  }
  // The bytes of the pickle are not those of the array any more.
  return Access::make_array(
      document_, Array::from_region(dtype.to_native(), std::move(shape), order, native(region.bytes(), dtype)), {});
}

Region NumpyArrayReader::stored(Bytes bytes) const {
  return bytes.empty() ? Region() : Access::arena(document_).share(bytes);
}

Region NumpyArrayReader::aligned(Region region, const DType& dtype) {
  if (region.mapped() || reinterpret_cast<std::uintptr_t>(region.data()) % dtype.alignment() == 0) return region;
  return copy(region.bytes(), nullptr, [](MutableBytes) {});
}

Region NumpyArrayReader::native(Bytes bytes, const DType& dtype) {
  if (bytes.empty()) return {};
  return copy(bytes, dtype.identity(),
              [&](MutableBytes made) { swap_bytes(made.data(), made.size() / dtype.itemsize(), dtype); });
}

template <class Change>
Region NumpyArrayReader::copy(Bytes bytes, const void* dtype, Change change) {
  Region& made = copies_[{bytes.data(), bytes.size(), dtype}];
  if (made.empty()) {
    Region region = Region::copy_of(bytes);
    change(region.mutable_bytes());
    Arena& arena = Access::arena(document_);
    made = arena.share(arena.keep(std::move(region)));
  }
  return made.slice(0, made.size());
}

Value NumpyArrayReader::from_buffer(Value object) {
  const Value arguments = object.arguments();
  if (arguments.size() < 4 || arguments.size() > 5 || !arguments[3].is(ValueKind::str))
    bad("_frombuffer with these arguments makes none");
  const std::string_view order = arguments[3].as_str();
  if (arguments.size() == 4 && (order == "C" || order == "F")) {
    const Order axes = order == "F" ? Order::fortran : Order::c;
    const Value made = array(arguments[0], arguments[1], arguments[2], axes, object);
    return made.is_none() ? object : made;
  }
  if (order != "K" || arguments.size() != 5 || !arguments[4].is(ValueKind::tuple)) bad("its order is none of C, F, K");
  // The elements lie in C order of a shape whose axes are then put into another order.
  const Value stored = array(arguments[0], arguments[1], arguments[2], Order::c, object);
  if (stored.is_none()) return object;
  const Array& plain = stored.as_array();
  const Shape axes = shape_of(arguments[4], "a numpy array's axes");
  if (axes.size() != plain.ndim()) bad("its axes do not fit its shape");
  Shape shape(axes.size());
  Strides strides(axes.size());
  std::vector<bool> used(axes.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    if (axes[i] >= axes.size() || used[axes[i]]) bad("its axes do not fit its shape");
    used[axes[i]] = true;
    shape[i] = plain.shape()[axes[i]];
    strides[i] = plain.strides()[axes[i]];
  }
  Access::array(stored).array =
      Array::from_strides(plain.dtype(), std::move(shape), std::move(strides), 0, plain.region());
  return stored;
}

void NumpyArrayReader::scalar(Value object) {
  const auto parts = Access::members(object.arguments());
  if (parts.size() != 2) bad("a scalar has a dtype and its bytes");
  if (!DTypeReader::describes(parts[0]) || is_done(parts[1])) return;
  const auto bytes = strings_.data(parts[1]);
  const DType dtype = dtypes_.read(parts[0]);
  if (dtype.has_object()) return;
  if (!bytes || bytes->size() != dtype.itemsize()) bad("a scalar's bytes do not fit its dtype");
  parts[1] =
      Access::make_array(document_, Array::from_region(dtype, {}, Order::c, aligned(stored(*bytes), dtype)), parts[1]);
}

// (version, shape, dtype, is_fortran, data, mask, fill_value)
void NumpyArrayReader::masked(Value state) {
  const auto parts = Access::members(state);
  if (!state.is(ValueKind::tuple) || parts.size() != 7) bad("the state of a masked array has not seven parts");
  if (is_done(parts[4])) return;
  const Order order = order_of_flag(parts[3]);
  const Value data = array(parts[4], parts[2], parts[1], order, parts[4]);
  if (data.is_none()) return;
  parts[4] = data;
  if (data.as_array().dtype().kind() == DTypeKind::structured) return;
  const auto mask = strings_.data(parts[5]);
  const Shape shape = data.as_array().shape();
  if (!mask || mask->size() != count_of(shape)) bad("the mask does not fit the array");
  const DType boolean = DType::of<bool>();
  parts[5] = Access::make_array(document_, Array::from_region(boolean, shape, order, stored(*mask)), parts[5]);
}

}  // namespace larder::internal
