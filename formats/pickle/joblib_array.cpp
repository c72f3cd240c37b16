#include "formats/pickle/joblib_array.h"

#include "base/text.h"
#include "document/records.h"
#include "formats/pickle/joblib_wrapper.h"
#include "formats/pickle/machine.h"
#include "formats/pickle/numpy_array.h"

namespace larder::internal {

namespace {

constexpr std::size_t alignment = 16;  // joblib's; the padding's length must fit its byte

[[noreturn]] void bad(std::string_view what) { fail(ErrorKind::malformed, "a joblib array: ", what); }

Order order_of(Value value) {
  const auto order = text_of(value);
  if (order == "C") return Order::c;
  if (order == "F") return Order::fortran;
  bad("its order is neither C nor F");
}

}  // namespace

Value JoblibArrayReader::replace(Value object) {
  if (wrapper_class(object) != "NumpyArrayWrapper") return object;
  any_ = true;
  const Value state = object.state();
  if (!state.is(ValueKind::dict)) bad("its state is no dict");
  const DType dtype = dtypes_.read(required(state, "dtype"));
  input_.leave_frame();
  if (dtype.has_object()) return nested_pickle(object);
  const Value subclass = required(state, "subclass");
  warn_of_subclass(source_, subclass);
  Array array = elements(state, dtype);
  if (!(array.dtype() == dtype)) Access::object(object).tag = outdated_wrapper;
  return Access::make_array(document_, std::move(array), object);
}

// Elements that are Python objects come as a pickle of their own, with its own memo and without arrays of joblib's
// kind.
Value JoblibArrayReader::nested_pickle(Value wrapper) {
  if (source_.mapped_file != nullptr)
    source_.warn("an array of Python objects cannot be mapped; it is loaded into memory");
  const auto tell = [&](bool begins) {
    if (source_.observer != nullptr) source_.observer->on_nested_stream(begins, input_.position());
  };
  tell(true);
  PickleMachine machine(input_, document_, source_);
  const Value value = machine.run();
  tell(false);
  if (value.is(ValueKind::object)) {
    Access::object(value).tag = static_cast<std::uint8_t>(machine.protocol());
    Access::object(value).wrapper = Access::arena(document_).make<Value>(wrapper);
  }
  return value;
}

Value JoblibArrayReader::required(Value state, std::string_view name) {
  const auto value = find_attribute(state, name);
  if (!value) bad(join("it has no ", name));
  return *value;
}

Array JoblibArrayReader::elements(Value state, const DType& dtype) {
  const auto alignment_of_file = find_attribute(state, "numpy_array_alignment_bytes");
  const bool padded = alignment_of_file && !alignment_of_file->is_none();
  if (padded) skip_padding();
  const auto may_map = find_attribute(state, "allow_mmap");
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
  const ReadSource source{.reader = reader,
                          .limits = source_.limits,
                          .native_byte_order = source_.native_byte_order,
                          .mapped_file = maps ? source_.mapped_file : nullptr,
                          .warn = source_.warn,
                          .choice = source_.choice};
  return read_elements(source, budget_, dtype, shape, order);
}

void JoblibArrayReader::skip_padding() {
  const std::uint8_t length = input_.byte();
  static_cast<void>(input_.take(length));
}

}  // namespace larder::internal
