#include "formats/pickle/legacy_array.h"

#include <memory>
#include <optional>

#include "base/text.h"
#include "codecs/zfile.h"
#include "document/records.h"
#include "formats/npy.h"
#include "formats/pickle/joblib_wrapper.h"
#include "formats/pickle/numpy_array.h"

namespace larder::internal {

namespace {

[[noreturn]] void bad(std::string_view what) { fail(ErrorKind::malformed, "an array of old joblib: ", what); }

bool is_true(Value value) {
  if (value.is(ValueKind::boolean)) return value.as_bool();
  if (!value.fits_int64()) bad(join("a ", name_of(value.kind()), " is neither true nor false"));
  return value.as_int() != 0;
}

}  // namespace

Value LegacyArrayReader::replace(Value object) {
  const std::string_view name = wrapper_class(object);
  const bool raw = name == "ZNDArrayWrapper";
  if (!raw && name != "NDArrayWrapper") return object;
  any_ = true;
  const auto filename = text_of(required(object, "filename"));
  if (!filename) bad("its filename is no str");
  if (!source_.open_sibling)
    fail(ErrorKind::unsupported, "the array lies in the file ", quoted(*filename), " beside this one; load by path");
  const auto companion = source_.open_sibling(*filename);
  try {
    return raw ? read_raw(*companion, object) : read_npy(*companion, object);
  } catch (Error& error) {
    if (!error.has_place()) error.at(join("byte ", companion->position(), " of ", companion->name()));
    throw;
  }
}

Value LegacyArrayReader::read_npy(Reader& companion, Value object) {
  const auto may_map = find(object, "allow_mmap");
  const bool maps = source_.mapped_file != nullptr && (!may_map || is_true(*may_map));
  const auto mapped = maps ? companion.map(source_.map_mode) : std::nullopt;
  const ReadSource source{.reader = companion,
                          .limits = budget_.left(),
                          .native_byte_order = source_.native_byte_order,
                          .mapped_file = mapped ? &*mapped : nullptr,
                          .warn = source_.warn,
                          .pickle = source_.pickle,
                          .observer = source_.observer,
                          .choice = source_.choice};
  const Value array = internal::read_npy(source, budget_, document_, object);
  if (array.is(ValueKind::array)) warn_of_subclass(source_, required(object, "subclass"));
  return array;
}

Value LegacyArrayReader::read_raw(Reader& companion, Value object) {
  const Value maker = required(object, "init_args");
  const Value state = required(object, "state");
  // What numpy's __setstate__ gets, but for the bytes: (1, shape, dtype, is_fortran).
  if (!state.is(ValueKind::tuple) || state.size() != 4) bad("its state is no (version, shape, dtype, is_fortran)");
  const Shape shape = shape_of(state[1], "an array of old joblib");
  const DType dtype = dtypes_.read(state[2]);
  const Order order = is_true(state[3]) ? Order::fortran : Order::c;
  if (dtype.has_object()) bad("Python objects are stored as raw bytes");
  if (maker.is(ValueKind::tuple) && !maker.empty()) warn_of_subclass(source_, maker[0]);

  const auto decoder = zfile_codec().reader(companion, {.level = {}, .limits = budget_.left()});
  const ReadSource source{.reader = *decoder,
                          .limits = budget_.left(),
                          .native_byte_order = source_.native_byte_order,
                          .mapped_file = nullptr,
                          .warn = source_.warn,
                          .choice = source_.choice};
  Array array = read_elements(source, budget_, dtype, shape, order);
  if (const std::uint64_t more = decoder->finish(); more != 0)
    bad(join("its file holds ", more, " bytes more than its shape needs"));
  return Access::make_array(document_, std::move(array), object);
}

// An attribute of the wrapper.
std::optional<Value> LegacyArrayReader::find(Value object, std::string_view name) {
  const Value state = object.state();
  if (!state.is(ValueKind::dict)) bad("its state is no dict");
  return find_attribute(state, name);
}

Value LegacyArrayReader::required(Value object, std::string_view name) {
  const auto value = find(object, name);
  if (!value) bad(join("it has no ", name));
  return *value;
}

}  // namespace larder::internal
