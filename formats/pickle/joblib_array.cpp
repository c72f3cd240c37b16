#include "formats/pickle/joblib_array.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "document/records.h"
#include "document/walk.h"
#include "formats/elements.h"
#include "formats/pickle/machine.h"
#include "formats/pickle/numpy_array.h"

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
  any_ = true;
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
  Array array = elements(state, dtype);
  if (!(array.dtype() == dtype)) Access::object(object).tag = outdated_wrapper;
  return Access::make_array(document_, std::move(array), object);
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
  PickleMachine machine(input_, document_, source_, {});
  const Value value = machine.run();
  tell(false);
  if (value.is(ValueKind::object)) Access::object(value).tag = static_cast<std::uint8_t>(machine.protocol());
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
  const Shape shape = shape_of(required(state, "shape"), "a joblib array");
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

}  // namespace larder::internal
