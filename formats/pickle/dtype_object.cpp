#include "formats/pickle/dtype_object.h"

#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "base/unicode.h"
#include "formats/pickle/known.h"

namespace larder::internal {

namespace {

constexpr int deepest = 64;  // nested dtypes; DType has the same limit

// Flags of numpy's dtypes that are stored.
constexpr int flags_of_object = 63;
constexpr int flag_of_unicode = 8;
constexpr int flag_of_void = 16;
constexpr int flags_inherited = 27;
constexpr int flag_aligned = 0x80;

[[noreturn]] void bad(std::string_view what) { fail(ErrorKind::malformed, "a numpy.dtype: ", what); }

// A str, or bytes of Python 2, as text.
std::string text_of(Value value, std::string_view what) {
  if (value.is(ValueKind::str)) return std::string(value.as_str());
  if (!value.is(ValueKind::bytes)) bad(join(what, " is a ", name_of(value.kind()), ", not a str"));
  return utf8_of_latin1(as_text(value.as_bytes()));
}

std::uint64_t size_of(Value value, std::string_view what) {
  if (!value.fits_int64() || value.as_int() < 0) bad(join(what, " is no size"));
  return static_cast<std::uint64_t>(value.as_int());
}

std::optional<ByteOrder> order_of(std::string_view letter) {
  if (letter == "<") return ByteOrder::little;
  if (letter == ">") return ByteOrder::big;
  if (letter == "=") return DType::native();
  if (letter == "|") return ByteOrder::none;
  return std::nullopt;
}

// "25s" of the state's ({...}, (b's', 25, 1, 1)).
std::string unit_of(Value metadata) {
  if (!metadata.is(ValueKind::tuple) || metadata.size() != 2 || !metadata[1].is(ValueKind::tuple) ||
      metadata[1].size() < 3)
    bad("a time without its unit");
  const Value unit = metadata[1];
  const std::uint64_t count = size_of(unit[1], "the unit's count");
  const std::uint64_t denominator = size_of(unit[2], "the unit's denominator");
  if (denominator != 1) bad("a unit with a denominator");
  const std::string name = text_of(unit[0], "the unit");
  return name == "generic" || count == 1 ? name : std::to_string(count) + name;
}

std::vector<std::uint64_t> shape_of(Value shape) {
  if (!shape.is(ValueKind::tuple)) return {size_of(shape, "a sub-array's shape")};
  std::vector<std::uint64_t> sizes;
  for (std::size_t i = 0; i < shape.size(); ++i) sizes.push_back(size_of(shape[i], "a sub-array's shape"));
  return sizes;
}

}  // namespace

bool DTypeReader::describes(Value object) {
  if (!object.is(ValueKind::object) || object.form() != ObjectForm::reduce ||
      !is_global(object.callable(), "numpy", "dtype") || object.arguments().empty())
    return false;
  const Value code = object.arguments()[0];
  return code.is(ValueKind::str) || code.is(ValueKind::bytes) || is_global(code, "numpy", "record");
}

DType DTypeReader::read(Value object, int depth) {
  if (depth > deepest) fail(ErrorKind::limit, "dtypes are nested more than ", deepest, " deep");
  if (!object.is(ValueKind::object) || object.form() != ObjectForm::reduce ||
      !is_global(object.callable(), "numpy", "dtype"))
    bad("it is something else");
  if (const auto known = known_.find(object.identity()); known != known_.end()) return known->second;
  const Value arguments = object.arguments();
  if (arguments.empty()) bad("it has no code");
  DType dtype;
  if (!describes(object)) fail(ErrorKind::unsupported, "a user-defined numpy dtype");
  dtype = is_global(arguments[0], "numpy", "record") ? DType::of(DTypeKind::raw, 0)
                                                     : DType::parse(text_of(arguments[0], "the code"));
  if (!object.state().is_none()) dtype = with_state(dtype, object.state(), depth);
  known_.emplace(object.identity(), dtype);
  return dtype;
}

namespace {

// The parts of dtype's state, which grew from 5 to 9: early versions lack their own number, the names (which were a
// field of their own, called -1), the flags and the metadata.
struct State {
  Value order;
  Value subarray;
  Value names;
  Value fields;
  Value itemsize;
  Value flags = Value::integer(0);
  Value metadata;
};

State state_of(Value tuple) {
  if (!tuple.is(ValueKind::tuple) || tuple.size() < 5 || tuple.size() > 9)
    fail(ErrorKind::unsupported, "a numpy.dtype with a state of another numpy");
  const std::size_t size = tuple.size();
  if (size > 5) {
    const std::uint64_t version = size_of(tuple[0], "the version");
    if (version > 4) fail(ErrorKind::unsupported, "a numpy.dtype with a state of version ", version);
  }
  std::size_t next = size > 5 ? 1 : 0;
  State state;
  state.order = tuple[next++];
  state.subarray = tuple[next++];
  if (size > 6) state.names = tuple[next++];
  state.fields = tuple[next++];
  state.itemsize = tuple[next++];
  if (size <= 6 && state.fields.is(ValueKind::dict)) {
    const auto names = state.fields.find(Value::integer(-1));
    if (!names) bad("its fields have no names");
    state.names = *names;
  }
  ++next;  // the alignment is what the fields say
  if (size > 7) state.flags = tuple[next++];
  if (size > 8) state.metadata = tuple[next];
  return state;
}

}  // namespace

DType DTypeReader::with_state(const DType& plain, Value tuple, int depth) {
  const State state = state_of(tuple);
  const auto order = order_of(text_of(state.order, "the byte order"));
  if (!order) bad("its byte order is none of < > | =");
  if (!state.subarray.is_none()) {
    if (!state.subarray.is(ValueKind::tuple) || state.subarray.size() != 2) bad("its sub-array is no pair");
    return DType::subarray(read(state.subarray[0], depth + 1), shape_of(state.subarray[1]));
  }
  if (!state.names.is_none()) {
    if (!state.flags.fits_int64()) bad("its flags are no number");
    return structure(state.names, state.fields, size_of(state.itemsize, "the item size"),
                     (state.flags.as_int() & flag_aligned) != 0, depth);
  }
  if (plain.kind() == DTypeKind::datetime || plain.kind() == DTypeKind::timedelta)
    return DType::time(plain.kind(), state.metadata.is_none() ? "generic" : unit_of(state.metadata), *order);
  return *order == ByteOrder::none || plain.order() == ByteOrder::none || plain.order() == *order ? plain
                                                                                                  : plain.swapped();
}

DType DTypeReader::structure(Value names, Value fields, std::uint64_t itemsize, bool aligned, int depth) {
  if (!names.is(ValueKind::tuple) || !fields.is(ValueKind::dict)) bad("its fields are no dict");
  std::vector<Field> members;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto field = fields.find(names[i]);
    if (!field || !field->is(ValueKind::tuple) || field->size() < 2 || field->size() > 3)
      bad("a field is not described");
    Field member{text_of(names[i], "a name"), read((*field)[0], depth + 1),
                 static_cast<std::size_t>(size_of((*field)[1], "an offset")), std::nullopt};
    if (field->size() == 3 && !(*field)[2].is_none()) member.title = text_of((*field)[2], "a title");
    members.push_back(std::move(member));
  }
  return DType::structure(std::move(members), static_cast<std::size_t>(itemsize), aligned);
}

namespace {

int flags_of(const DType& dtype) {
  switch (dtype.kind()) {
    case DTypeKind::object:
      return flags_of_object;
    case DTypeKind::unicode:
      return flag_of_unicode;
    case DTypeKind::raw:
      return 0;
    case DTypeKind::subarray:
      return flags_of(dtype.base());
    case DTypeKind::structured: {
      int flags = flag_of_void;
      for (const Field& field : dtype.fields()) flags |= flags_of(field.dtype) & flags_inherited;
      // numpy keeps the flags in a signed byte.
      return dtype.is_aligned() ? (flags | flag_aligned) - 256 : flags;
    }
    default:
      return 0;
  }
}

// "f8", "U5", "V24".
std::string code_of(const DType& dtype) {
  switch (dtype.kind()) {
    case DTypeKind::structured:
    case DTypeKind::subarray:
      return join("V", dtype.itemsize());
    case DTypeKind::datetime:
      return "M8";
    case DTypeKind::timedelta:
      return "m8";
    case DTypeKind::object:
      return "O8";
    default:
      return dtype.typestr().substr(1);
  }
}

bool has_stored_size(DTypeKind kind) {
  return kind == DTypeKind::bytes || kind == DTypeKind::unicode || kind == DTypeKind::raw ||
         kind == DTypeKind::structured || kind == DTypeKind::subarray;
}

}  // namespace

Value DTypeWriter::write(const DType& dtype) {
  if (const auto known = known_.find(dtype.identity()); known != known_.end()) return known->second;
  if (dtype.kind() >= DTypeKind::bfloat16)
    fail(ErrorKind::unsupported, "joblib files cannot hold ", dtype.name(), " arrays; safe formats such as .npy can");
  Document& scratch = interned_.scratch();
  const Value arguments[] = {scratch.str(code_of(dtype)), Value::boolean(false), Value::boolean(true)};
  const Value object = scratch.object(ObjectForm::reduce, interned_.global("numpy", "dtype"), scratch.tuple(arguments));

  const bool is_time = dtype.kind() == DTypeKind::datetime || dtype.kind() == DTypeKind::timedelta;
  const char* const order = dtype.order() == ByteOrder::none ? "|" : dtype.order() == ByteOrder::little ? "<" : ">";
  std::vector<Value> state = {Value::integer(is_time ? 4 : 3), interned_.str(order)};
  state.reserve(9);  // all that follows, too
  if (dtype.kind() == DTypeKind::subarray) {
    std::vector<Value> shape;
    for (const std::uint64_t size : dtype.shape()) shape.push_back(Value::integer(static_cast<std::int64_t>(size)));
    const Value pair[] = {write(dtype.base()), scratch.tuple(shape)};
    state.push_back(scratch.tuple(pair));
  } else {
    state.push_back({});
  }
  Value names;
  const Value fields = dtype.kind() == DTypeKind::structured ? structure_fields(dtype, names) : Value();
  state.insert(state.end(), {names, fields});
  const bool sized = has_stored_size(dtype.kind());
  state.push_back(Value::integer(sized ? static_cast<std::int64_t>(dtype.itemsize()) : -1));
  state.push_back(Value::integer(sized ? static_cast<std::int64_t>(dtype.alignment()) : -1));
  state.push_back(Value::integer(flags_of(dtype)));
  if (is_time) {
    std::int64_t count = 1;
    const std::string& unit = dtype.unit();
    const auto [end, error] = std::from_chars(unit.data(), unit.data() + unit.size(), count);
    const std::string_view name = std::string_view(unit).substr(static_cast<std::size_t>(end - unit.data()));
    static_cast<void>(error);  // no number is a count of 1
    const Value described[] = {scratch.bytes(as_bytes(name)), Value::integer(count), Value::integer(1),
                               Value::integer(1)};
    const Value metadata[] = {scratch.dict(), scratch.tuple(described)};
    state.push_back(scratch.tuple(metadata));
  }
  scratch.set_state(object, scratch.tuple(state));
  known_.emplace(dtype.identity(), object);
  return object;
}

Value DTypeWriter::structure_fields(const DType& dtype, Value& names) {
  Document& scratch = interned_.scratch();
  const Value fields = scratch.dict();
  std::vector<Value> members;
  for (const Field& field : dtype.fields()) {
    members.push_back(interned_.str(field.name));
    std::vector<Value> described = {write(field.dtype), Value::integer(static_cast<std::int64_t>(field.offset))};
    if (field.title) described.push_back(interned_.str(*field.title));
    const Value entry = scratch.tuple(described);
    scratch.insert(fields, members.back(), entry);
    if (field.title) scratch.insert(fields, described.back(), entry);
  }
  names = scratch.tuple(members);
  return fields;
}

}  // namespace larder::internal
