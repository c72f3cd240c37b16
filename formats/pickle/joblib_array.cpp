#include "formats/pickle/joblib_array.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "document/records.h"
#include "document/walk.h"
#include "formats/elements.h"
#include "formats/pickle/machine.h"

namespace larder::internal {

namespace {

constexpr std::size_t alignment = 16;  // joblib's; the padding's length must fit its byte
constexpr std::string_view module_of_wrapper = "joblib.numpy_pickle";
constexpr std::string_view name_of_wrapper = "NumpyArrayWrapper";

[[noreturn]] void bad(std::string_view what) { fail(ErrorKind::malformed, "a joblib array: ", what); }

bool is_wrapper_class(Value value) {
  // Old scikit-learn carried its own copy of joblib.
  return value.is(ValueKind::global) && value.qualified_name() == name_of_wrapper &&
         value.module_name().ends_with(module_of_wrapper);
}

bool is_wrapper(Value object) {
  if (object.form() == ObjectForm::newobj) return is_wrapper_class(object.callable());
  // Protocols 0 and 1: copyreg._reconstructor(class, object, None)
  return object.form() == ObjectForm::reduce && object.callable().is(ValueKind::global) &&
         object.callable().qualified_name() == "_reconstructor" && !object.arguments().empty() &&
         is_wrapper_class(object.arguments()[0]);
}

Value required(Value state, std::string_view name) {
  const auto value = state.find(name);
  if (!value) bad(join("it has no ", name));
  return *value;
}

Shape shape_of(Value value) {
  if (!value.is(ValueKind::tuple)) bad("its shape is no tuple");
  Shape shape;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (!value[i].fits_int64() || value[i].as_int() < 0) bad("its shape has a size that is no size");
    shape.push_back(static_cast<std::uint64_t>(value[i].as_int()));
  }
  return shape;
}

Order order_of(Value value) {
  if (value.is(ValueKind::str) && value.as_str() == "C") return Order::c;
  if (value.is(ValueKind::str) && value.as_str() == "F") return Order::fortran;
  bad("its order is neither C nor F");
}

bool is_aligned_by_padding(Value state) {
  const auto value = state.find("numpy_array_alignment_bytes");
  return value && !value->is_none();
}

}  // namespace

Value JoblibArrayReader::replace(Value object) {
  if (!is_wrapper(object)) return object;
  const Value state = object.state();
  if (!state.is(ValueKind::dict)) bad("its state is no dict");
  const DType dtype = dtypes_.read(required(state, "dtype"));
  input_.leave_frame();
  if (dtype.has_object()) return nested_pickle();
  const Value subclass = required(state, "subclass");
  const bool plain = subclass.is(ValueKind::global) &&
                     (subclass.qualified_name() == "ndarray" || subclass.qualified_name() == "memmap");
  if (!plain && subclass.is(ValueKind::global))
    source_.warn(join("a ", subclass.module_name(), ".", subclass.qualified_name(), " is loaded as a plain array"));
  return Access::make_array(document_, elements(state, dtype), object);
}

// Elements that are Python objects come as a pickle of their own, with its own memo and without arrays of joblib's
// kind.
Value JoblibArrayReader::nested_pickle() {
  if (source_.mapped_file != nullptr)
    source_.warn("an array of Python objects cannot be mapped; it is loaded into memory");
  const auto tell = [&](bool begins) {
    if (source_.observer != nullptr) source_.observer->on_nested_stream(begins, input_.position());
  };
  tell(true);
  const Value value = PickleMachine(input_, document_, source_, {}).run();
  tell(false);
  return value;
}

Array JoblibArrayReader::elements(Value state, const DType& dtype) {
  const bool padded = is_aligned_by_padding(state);
  if (padded) skip_padding();
  const auto may_map = state.find("allow_mmap");
  const bool maps =
      source_.mapped_file != nullptr && (!may_map || !may_map->is(ValueKind::boolean) || may_map->as_bool());
  Reader& reader = input_.release();
  if (maps && !padded && reader.position() % alignment != 0) {
    source_.warn(join("the memmapped array at byte ", reader.position(), " of ", reader.name(),
                      " is not byte aligned, which slows some libraries down and may crash others; write the file "
                      "again to align it"));
  }
  const Shape shape = shape_of(required(state, "shape"));
  const Order order = order_of(required(state, "order"));
  Limits left = source_.limits;
  left.bytes -= std::min(left.bytes, read_bytes_);
  const ReadSource source{
      reader, left, source_.native_byte_order, maps ? source_.mapped_file : nullptr, source_.warn, {}, {}, nullptr};
  Array array = read_elements(source, dtype, shape, order);
  if (!maps) read_bytes_ += array.nbytes();
  return array;
}

void JoblibArrayReader::skip_padding() {
  const std::uint8_t length = input_.byte();
  static_cast<void>(input_.take(length));
}

Value JoblibArrayWriter::stand_in(Value value) {
  const ArrayRecord& record = Access::array(value);
  if (record.stand_in.is(ValueKind::object)) adopt_names(record.stand_in);
  const Array& array = record.array;
  Document& scratch = interned_.scratch();

  std::vector<Value> sizes;
  for (const std::uint64_t size : array.shape()) sizes.push_back(Value::integer(static_cast<std::int64_t>(size)));
  const Value object =
      scratch.object(ObjectForm::newobj, interned_.global(module_of_wrapper, name_of_wrapper), scratch.tuple());
  const Value state = scratch.dict();
  scratch.insert(state, interned_.str("subclass"), interned_.global("numpy", "ndarray"));
  scratch.insert(state, interned_.str("shape"), scratch.tuple(sizes));
  scratch.insert(state, interned_.str("order"), interned_.str(array.storage_order() == Order::fortran ? "F" : "C"));
  scratch.insert(state, interned_.str("dtype"), dtypes_.write(array.dtype()));
  scratch.insert(state, interned_.str("allow_mmap"), Value::boolean(true));
  scratch.insert(state, interned_.str("numpy_array_alignment_bytes"), Value::integer(alignment));
  scratch.set_state(object, state);
  return object;
}

// Texts that Python interned where the file was written, and that other values of the document may share.
void JoblibArrayWriter::adopt_names(Value stand_in) {
  const auto adopt = [&](Value value) {
    if (value.is(ValueKind::str) || value.is(ValueKind::global)) interned_.adopt(value);
  };
  adopt(stand_in.callable());
  const Value state = stand_in.state();
  for (std::size_t i = 0; i < state.size(); ++i) {
    adopt(state.key(i));
    adopt(state.value(i));
  }
  // The dtype and those it is made of: class, byte order, names and titles of fields.
  const auto dtype = state.find("dtype");
  if (!dtype) return;
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

void JoblibArrayWriter::write_elements(const Array& array, Writer& writer) {
  std::array<std::byte, 1 + alignment> padding;
  padding.fill(std::byte{0xff});
  const std::size_t length = alignment - static_cast<std::size_t>((writer.position() + 1) % alignment);
  padding[0] = static_cast<std::byte>(length);
  writer.write(std::span(padding).first(1 + length));
  internal::write_elements(array, array.storage_order(), writer);
}

}  // namespace larder::internal
