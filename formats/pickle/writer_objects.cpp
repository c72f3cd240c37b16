// The part of the writer that objects, globals and arrays are written by.
#include <algorithm>

#include "base/text.h"
#include "document/records.h"
#include "formats/pickle/joblib_wrapper.h"
#include "formats/pickle/names.h"
#include "formats/pickle/writer.h"

namespace larder::internal {

void PickleWriter::save_reduce(Value value, std::string_view module_name, std::string_view qualified_name,
                               std::span<const Value> arguments) {
  save_reduce(value, interned_.global(module_name, qualified_name), interned_.scratch().tuple(arguments));
}

void PickleWriter::save_reduce(Value value, Value callable, Value arguments) {
  push_reduced(value, tasks_.size());
  push_opcode(Opcode::reduce);
  push_value(arguments);
  push_value(callable);
}

void PickleWriter::finish_reduced(const Task& task) {
  if (!written_.find(task.value)) return memoize(task.value);
  // Made while its own arguments were written, with all that happened to it: it contains itself.
  output_.opcode(Opcode::pop);
  static_cast<void>(refer(task.value));
  tasks_.resize(task.next);
}

void PickleWriter::save_global(Value value) {
  interned_.adopt(value);
  const Value canonical = interned_.global(value.module_name(), value.qualified_name());
  if (canonical.identity() != value.identity() && refer(canonical)) return;
  if (protocol_ >= 4) {
    push(Kind::memoize, canonical);
    push_opcode(Opcode::stack_global);
    const Global& names = Access::global(canonical);
    const bool shares_name = !names.own_names && value.module_name() == "numpy" && value.qualified_name() == "dtype";
    push_value(shares_name ? interned_.str("dtype") : names.qualified_name);
    return push_value(names.own_names ? names.module_name : interned_.str(value.module_name()));
  }
  // Only protocol 4 resolves dotted names; before, CPython asks the outer class for the inner one.
  const std::string_view whole = value.qualified_name();
  if (const auto dot = whole.rfind('.'); dot != std::string_view::npos && dot != 0) {
    const Value parts[] = {interned_.global(value.module_name(), whole.substr(0, dot)),
                           interned_.str(whole.substr(dot + 1))};
    return save_reduce(canonical, "builtins", "getattr", parts);
  }
  const GlobalName name = protocol_ < 3 ? python2_name(value.module_name(), value.qualified_name())
                                        : GlobalName{value.module_name(), value.qualified_name()};
  const auto has_newline = [](std::string_view text) { return text.find('\n') != std::string_view::npos; };
  if (has_newline(name.module_name) || has_newline(name.qualified_name))
    fail(ErrorKind::unsupported, "pickle protocol ", protocol_, " cannot hold a name with a newline");
  output_.opcode(Opcode::global);
  output_.text(name.module_name);
  output_.text("\n");
  output_.text(name.qualified_name);
  output_.text("\n");
  memoize(canonical);
}

void PickleWriter::push_change(const Change& change) {
  switch (change.kind) {
    case ChangeKind::append:
      return push_sequence(Kind::members, change.value, Opcode::appends, false);
    case ChangeKind::insert:
      return push_sequence(Kind::entries, change.value, Opcode::setitems, false);
    case ChangeKind::add:
      return push_sequence(Kind::members, change.value, Opcode::additems, false);
    case ChangeKind::state:
      push_opcode(Opcode::build);
      return push_value(change.value);
    case ChangeKind::call:
      push_opcode(Opcode::pop);
      return save_call(change.value);
  }
}

// A call for its effect: neither its arguments' tuple nor its result is memoized.
void PickleWriter::save_call(Value value) {
  const Object& object = Access::object(value);
  const auto arguments = Access::members(object.arguments);
  static constexpr Opcode tuples[] = {Opcode::empty_tuple, Opcode::tuple1, Opcode::tuple2, Opcode::tuple3};
  const bool is_short = arguments.size() <= 3;  // in every protocol, as CPython does it
  push_opcode(Opcode::reduce);
  push_opcode(is_short ? tuples[arguments.size()] : Opcode::tuple);
  push_values(arguments);
  if (!is_short) push_opcode(Opcode::mark);
  push_value(object.callable);
}

bool PickleWriter::save_stand_in(Value value) {
  const auto other = hooks_.stands_for ? hooks_.stands_for(value) : std::nullopt;
  if (other) save(*other);
  return other.has_value();
}

void PickleWriter::save_object(Value value) {
  if (save_stand_in(value)) return;
  if (style_ == PickleStyle::joblib && ArrayWriter::is_object_array(value))
    return save_wrapped(value, arrays_.object_wrapper(value), Kind::nested);
  if (refer(value)) return;
  const Object& object = Access::object(value);
  const std::size_t below = tasks_.size();
  // In reverse: what is pushed last is written first.
  for (std::size_t i = object.size; i-- > 0;) push_change(object.changes[i]);
  // The application resolves its references anew each time: they are not memoized, unless they have parts, which may
  // lead back to them.
  const bool is_reference = object.form == ObjectForm::persistent_id || object.form == ObjectForm::extension;
  if (object.size != 0 || !is_reference) push_reduced(value, below);
  const bool has_newobj = protocol_ >= (object.form == ObjectForm::newobj_ex ? 4 : 2);
  switch (object.form) {
    case ObjectForm::reduce:
      push_opcode(Opcode::reduce);
      push_value(object.arguments);
      return push_value(object.callable);
    case ObjectForm::newobj:
    case ObjectForm::newobj_ex: {
      const bool has_keywords = object.form == ObjectForm::newobj_ex;
      if (has_newobj) {
        push_opcode(has_keywords ? Opcode::newobj_ex : Opcode::newobj);
        if (has_keywords) push_value(object.keywords);
        push_value(object.arguments);
        return push_value(object.callable);
      }
      // Protocols without the opcode call the function that does the same.
      std::vector<Value> arguments = {object.callable};
      if (has_keywords) {
        arguments.insert(arguments.end(), {object.arguments, object.keywords});
      } else {
        const auto rest = Access::members(object.arguments);
        arguments.insert(arguments.end(), rest.begin(), rest.end());
      }
      push_opcode(Opcode::reduce);
      push_value(interned_.scratch().tuple(arguments));
      return push_value(interned_.global("copyreg", has_keywords ? "__newobj_ex__" : "__newobj__"));
    }
    case ObjectForm::instance:
      output_.opcode(Opcode::mark);
      push_opcode(Opcode::obj);
      push_values(Access::members(object.arguments));
      return push_value(object.callable);
    case ObjectForm::persistent_id:
      return save_persistent_id(object.arguments);
    case ObjectForm::extension:
      return save_extension(object.arguments);
  }
}

void PickleWriter::save_persistent_id(Value id) {
  if (protocol_ > 0) {
    push_opcode(Opcode::binpersid);
    return push_value(id);
  }
  const bool fits = id.is(ValueKind::str) && std::ranges::all_of(id.as_str(), [](char letter) {
                      return static_cast<unsigned char>(letter) < 0x80 && letter != '\n';
                    });
  if (!fits) fail(ErrorKind::unsupported, "pickle protocol 0 holds persistent ids that are one line of ASCII only");
  output_.opcode(Opcode::persid);
  output_.text(id.as_str());
  output_.text("\n");
}

void PickleWriter::save_extension(Value value) {
  const std::int64_t code = value.as_int();
  if (code <= 0xff) {
    output_.opcode(Opcode::ext1);
    output_.number(static_cast<std::uint8_t>(code));
  } else if (code <= 0xffff) {
    output_.opcode(Opcode::ext2);
    output_.number(static_cast<std::uint16_t>(code));
  } else {
    output_.opcode(Opcode::ext4);
    output_.number(static_cast<std::int32_t>(code));
  }
}

void PickleWriter::save_array(Value value) {
  if (save_stand_in(value)) return;
  const Value stand_in = Access::array(value).stand_in;
  // The elements alone stood in the file: of a scalar, or of a masked array.
  if (stand_in.is(ValueKind::bytes) || stand_in.is(ValueKind::bytearray) || stand_in.is(ValueKind::str))
    return save(stand_in);
  if (style_ == PickleStyle::cpython || !ArrayWriter::is_raw(value)) return save(arrays_.numpy_object(value));
  if (options_.pickle.share_arrays && refer(value)) return;
  save_wrapped(value, arrays_.wrapper(value), Kind::elements);
}

// A wrapper ends in BUILD, and what it stands for follows at once.
void PickleWriter::save_wrapped(Value value, Value wrapper, Kind payload) {
  const Value wrapper_class = class_of_wrapper(wrapper);
  push(payload, value);
  push(payload == Kind::elements ? Kind::wrapper : Kind::opcode, {}, Opcode::build);
  push_value(wrapper.state());
  push_reduced(wrapper, tasks_.size());
  if (protocol_ >= 2) {
    push_opcode(Opcode::newobj);
    push_value(interned_.scratch().tuple());
    push_value(wrapper_class);
  } else {
    const Value arguments[] = {wrapper_class, interned_.global("builtins", "object"), {}};
    push_opcode(Opcode::reduce);
    push_value(interned_.scratch().tuple(arguments));
    push_value(interned_.global("copyreg", "_reconstructor"));
  }
}

// A text that is dropped again moves the elements to where they shall be.
void PickleWriter::build_wrapper() {
  const std::size_t alignment = options_.pickle.array_alignment;
  constexpr std::uint64_t text_header = 5;  // BINBYTES and its length
  // Where the elements would begin: behind BUILD, the length of the padding, and the padding.
  std::uint64_t start = output_.position() + 2;
  start += ArrayWriter::alignment - start % ArrayWriter::alignment;
  if (const std::uint64_t beyond = start % alignment; beyond != 0) {
    const auto filler = static_cast<std::size_t>(alignment - beyond - text_header - 1);
    output_.opcode(Opcode::binbytes);
    output_.number(static_cast<std::uint32_t>(filler));
    output_.text(std::string(filler, '\0'));
    output_.opcode(Opcode::pop);
  }
  output_.opcode(Opcode::build);
}

void PickleWriter::write_payload(Value array) {
  output_.close_frame();
  ArrayWriter::write_elements(array.as_array(), output_.writer());
  if (options_.pickle.share_arrays) memoize(array);
}

void PickleWriter::write_nested(Value object) {
  output_.close_frame();
  const WriteOptions options{.protocol = arrays_.nested_protocol(object), .pickle = {}};
  PickleWriter(output_.writer(), PickleStyle::cpython, options).write(object);
}

}  // namespace larder::internal
