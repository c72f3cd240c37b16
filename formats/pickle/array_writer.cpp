#include "formats/pickle/array_writer.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "document/attributes.h"
#include "document/records.h"
#include "document/walk.h"
#include "formats/elements.h"
#include "formats/pickle/joblib_array.h"
#include "formats/pickle/joblib_wrapper.h"
#include "formats/pickle/known.h"

namespace larder::internal {

namespace {

constexpr int joblib_nested_protocol = 2;
constexpr std::string_view module_of_wrapper = "joblib.numpy_pickle";
constexpr std::string_view name_of_wrapper = "NumpyArrayWrapper";

bool is_called(Value object, std::string_view qualified_name) {
  return object.callable().is(ValueKind::global) && object.callable().qualified_name() == qualified_name;
}

// Whether numpy's own function makes arrays of that class: None, ndarray, or a memmap, which is one when it is loaded.
bool is_plain_class(Value array_class) {
  return !array_class.is(ValueKind::global) || is_global(array_class, "numpy", "ndarray") ||
         array_class.qualified_name() == "memmap";
}

bool is_raw_class(Value array_class) {
  if (!array_class.is(ValueKind::global)) return true;
  const std::string_view name = array_class.qualified_name();
  return array_class.module_name().starts_with("numpy") && (name == "ndarray" || name == "matrix" || name == "memmap");
}

// A wrapper as joblib writes it today, of an array as it was stored.
bool is_usable_wrapper(Value stand_in) {
  if (!stand_in.is(ValueKind::object)) return false;
  if (!is_global(class_of_wrapper(stand_in), module_of_wrapper, name_of_wrapper)) return false;
  if (Access::object(stand_in).tag == outdated_wrapper || !stand_in.state().is(ValueKind::dict)) return false;
  const auto alignment = stand_in.state().find("numpy_array_alignment_bytes");
  return alignment && !alignment->is_none();
}

bool is_numpy_object(Value stand_in) {
  return stand_in.is(ValueKind::object) && (is_called(stand_in, "_reconstruct") || is_called(stand_in, "_frombuffer"));
}

// Made of a buffer that could not be written to.
bool is_read_only_buffer(Value stand_in) {
  return is_numpy_object(stand_in) && is_called(stand_in, "_frombuffer") &&
         stand_in.arguments()[0].is(ValueKind::bytes);
}

bool holds_time(const DType& dtype) {
  switch (dtype.kind()) {
    case DTypeKind::datetime:
    case DTypeKind::timedelta:
      return true;
    case DTypeKind::subarray:
      return holds_time(dtype.base());
    case DTypeKind::structured:
      return std::ranges::any_of(dtype.fields(), [](const Field& field) { return holds_time(field.dtype); });
    default:
      return false;
  }
}

// Whether numpy would hand out the elements as one buffer.
bool is_one_buffer(const Array& array) {
  const DType& dtype = array.dtype();
  return (array.is_contiguous(Order::c) || array.is_contiguous(Order::fortran)) && !holds_time(dtype) &&
         dtype.itemsize() != 0;
}

}  // namespace

bool ArrayWriter::is_raw(Value array) { return is_raw_class(class_in_stand_in(Access::array(array).stand_in)); }

bool ArrayWriter::is_object_array(Value object) {
  const Value callable = object.callable();
  if (!callable.is(ValueKind::global) ||
      known(callable.module_name(), callable.qualified_name()) != Known::reconstruct ||
      !is_raw_class(class_in_stand_in(object)))
    return false;
  const Value state = object.state();
  return state.is(ValueKind::tuple) && state.size() == 5 && DTypeReader::describes(state[2]) &&
         state[4].is(ValueKind::list) && state[1].is(ValueKind::tuple);
}

int ArrayWriter::nested_protocol(Value object) const {
  const std::uint8_t protocol = Access::object(object).tag;
  return protocol == 0 ? std::max(joblib_nested_protocol, protocol_) : protocol;
}

Value ArrayWriter::shape_tuple(const Shape& shape) {
  std::vector<Value> sizes;
  for (const std::uint64_t size : shape) sizes.push_back(Value::integer(static_cast<std::int64_t>(size)));
  return interned_.scratch().tuple(sizes);
}

Value ArrayWriter::numpy_object(Value value) {
  const auto& [array, stand_in] = Access::array(value);
  const Value array_class = class_in_stand_in(stand_in);
  const bool is_ndarray = is_plain_class(array_class);
  const bool may_be_buffer = protocol_ >= 5 && is_ndarray && is_one_buffer(array);
  if (is_numpy_object(stand_in) && !(options_.buffer_callback && may_be_buffer)) return stand_in;
  auto& made = made_[value.identity()];
  if (!made.is_none()) return made;
  // numpy makes new arrays writable; those without elements have no bytes that would tell.
  const bool writable = array.nbytes() == 0 ? !is_read_only_buffer(stand_in) : array.writable();
  made = may_be_buffer ? from_buffer(array, writable ? ValueKind::bytearray : ValueKind::bytes)
                       : reconstruct(is_ndarray ? interned_.global("numpy", "ndarray") : array_class, array);
  return made;
}

Value ArrayWriter::elements(const Array& array, Order order, ValueKind kind) {
  Document& scratch = interned_.scratch();
  if (array.nbytes() == 0) return Access::buffer(scratch, kind, {});
  const Array stored = array.is_contiguous(order) ? array : array.copy(order);
  const Region region = stored.region();
  Region bytes = region.slice(static_cast<std::size_t>(stored.origin() - region.data()),
                              static_cast<std::size_t>(stored.nbytes()));
  const Value buffer = Access::buffer(scratch, kind, bytes.bytes());
  buffers_.insert_or_assign(buffer.identity(), std::move(bytes));
  return buffer;
}

Value ArrayWriter::reconstruct(Value array_class, const Array& array) {
  Document& scratch = interned_.scratch();
  const Value no_size = Value::integer(0);
  const Value arguments[] = {array_class, scratch.tuple({&no_size, 1}), scratch.bytes(as_bytes("b"))};
  const Value object = scratch.object(ObjectForm::reduce, interned_.global("numpy.core.multiarray", "_reconstruct"),
                                      scratch.tuple(arguments));
  const Order order = array.storage_order();
  const Value state[] = {Value::integer(1), shape_tuple(array.shape()), dtypes_.write(array.dtype()),
                         Value::boolean(order == Order::fortran), elements(array, order, ValueKind::bytes)};
  scratch.set_state(object, scratch.tuple(state));
  return object;
}

Value ArrayWriter::from_buffer(const Array& array, ValueKind kind) {
  Document& scratch = interned_.scratch();
  const Order order = array.storage_order();
  const Value arguments[] = {elements(array, order, kind), dtypes_.write(array.dtype()), shape_tuple(array.shape()),
                             interned_.str(order == Order::fortran ? "F" : "C")};
  return scratch.object(ObjectForm::reduce, interned_.global("numpy.core.numeric", "_frombuffer"),
                        scratch.tuple(arguments));
}

Region ArrayWriter::buffer(Value buffer) const {
  const auto found = buffers_.find(buffer.identity());
  if (found != buffers_.end()) return found->second.slice(0, found->second.size());
  const Bytes bytes = buffer.as_bytes();
  if (buffer.is(ValueKind::bytes)) return Region::borrow(bytes);
  return Region::borrow(MutableBytes(const_cast<std::byte*>(bytes.data()), bytes.size()));
}

Value ArrayWriter::wrapper(Value value) {
  const ArrayRecord& record = Access::array(value);
  const bool was_wrapper = record.stand_in.is(ValueKind::object) && !is_numpy_object(record.stand_in) &&
                           record.stand_in.state().is(ValueKind::dict);
  if (was_wrapper) adopt_names(record.stand_in);
  if (is_usable_wrapper(record.stand_in)) return record.stand_in;
  const Value array_class = class_in_stand_in(record.stand_in);
  return new_wrapper(array_class.is_none() ? interned_.global("numpy", "ndarray") : array_class, record.array.shape(),
                     record.array.storage_order(), dtypes_.write(record.array.dtype()), true);
}

Value ArrayWriter::object_wrapper(Value object) {
  const Value state = object.state();
  Shape shape;
  for (const Value size : Access::members(state[1])) shape.push_back(static_cast<std::uint64_t>(size.as_int()));
  const Value* const old = Access::object(object).wrapper;
  if (old != nullptr && is_usable_wrapper(*old)) {
    adopt_names(*old);
    const auto old_shape = old->state().find("shape");
    if (old_shape && equal(*old_shape, state[1])) return *old;
  }
  const bool fortran = state[3].is(ValueKind::boolean) && state[3].as_bool();
  return new_wrapper(class_in_stand_in(object), shape, fortran ? Order::fortran : Order::c, state[2], false);
}

Value ArrayWriter::new_wrapper(Value array_class, const Shape& shape, Order order, Value dtype, bool may_map) {
  Document& scratch = interned_.scratch();
  const Value object =
      scratch.object(ObjectForm::newobj, interned_.global(module_of_wrapper, name_of_wrapper), scratch.tuple());
  const Value state = scratch.dict();
  scratch.insert(state, interned_.str("subclass"), array_class);
  scratch.insert(state, interned_.str("shape"), shape_tuple(shape));
  scratch.insert(state, interned_.str("order"), interned_.str(order == Order::fortran ? "F" : "C"));
  scratch.insert(state, interned_.str("dtype"), dtype);
  scratch.insert(state, interned_.str("allow_mmap"), Value::boolean(may_map));
  scratch.insert(state, interned_.str("numpy_array_alignment_bytes"), Value::integer(alignment));
  scratch.set_state(object, state);
  return object;
}

// Texts that Python interned where the file was written, and that other values of the document may share.
void ArrayWriter::adopt_names(Value wrapper) {
  const Value state = wrapper.state();
  if (state.empty() || state.key(0).identity() == adopted_) return;
  adopted_ = state.key(0).identity();
  const auto adopt = [&](Value value) {
    if (value.is(ValueKind::str) || value.is(ValueKind::global)) interned_.adopt(value);
  };
  adopt(wrapper.callable());
  for (std::size_t i = 0; i < state.size(); ++i) {
    adopt(state.key(i));
    adopt(state.value(i));
  }
  const auto dtype = state.find("dtype");
  if (!dtype) return;
  // The dtype and those it is made of: class, byte order, names and titles of fields.
  walk(*dtype, [&](Value part) {
    if (!part.is(ValueKind::object)) return;
    adopt(part.callable());
    const Value described = part.state();
    if (!described.is(ValueKind::tuple) || described.size() < 5) return;
    adopt(described[1]);
    if (described[3].is(ValueKind::tuple)) std::ranges::for_each(Access::members(described[3]), adopt);
    if (described[4].is(ValueKind::dict)) std::ranges::for_each(Access::members(described[4]), adopt);
  });
}

void ArrayWriter::write_elements(const Array& array, Writer& writer) {
  std::array<std::byte, 1 + alignment> padding;
  padding.fill(std::byte{0xff});
  const std::size_t length = alignment - static_cast<std::size_t>((writer.position() + 1) % alignment);
  padding[0] = static_cast<std::byte>(length);
  writer.write(std::span(padding).first(1 + length));
  internal::write_elements(array, array.storage_order(), writer);
}

}  // namespace larder::internal
