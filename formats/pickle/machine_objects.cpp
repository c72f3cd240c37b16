// The opcodes of the machine that text and objects are made of.
#include <algorithm>

#include "base/text.h"
#include "base/unicode.h"
#include "document/records.h"
#include "formats/pickle/machine.h"
#include "formats/pickle/names.h"
#include "formats/pickle/plain_calls.h"
#include "formats/pickle/text_arguments.h"

namespace larder::internal {

namespace {

// Plain data is nothing that Python could call; a global or an object may be.
void require_callable(Value value) {
  if (!value.is(ValueKind::global) && !value.is(ValueKind::object))
    fail(ErrorKind::malformed, "a ", name_of(value.kind()), " cannot be called");
}

// Names in INST and persistent ids in lines are.
std::string_view required_ascii(std::string_view text) {
  if (!std::ranges::all_of(text, [](char letter) { return static_cast<unsigned char>(letter) < 0x80; }))
    fail(ErrorKind::malformed, quoted(text), " is not ASCII");
  return text;
}

}  // namespace

void PickleMachine::step_text(Opcode opcode) {
  switch (opcode) {
    case Opcode::int_text:
      push(parse_int(input_.line(), document_, source_.limits));
      return;
    case Opcode::long_text:
      push(parse_long(input_.line(), document_, source_.limits));
      return;
    case Opcode::float_text:
      push(Value::floating(parse_float(input_.line())));
      return;
    case Opcode::unicode_text:
      push(Access::new_str(document_, parse_unicode(input_.line())));
      return;
    case Opcode::string_text: {
      const std::string bytes = parse_string(input_.line());
      push(python2_strings_.read({arena_.copy(as_bytes(bytes)), bytes.size()}, input_.opcode_position()));
      return;
    }
    case Opcode::short_binstring:
      push(python2_strings_.read(content(ValueKind::bytes, input_.byte()), input_.opcode_position()));
      return;
    case Opcode::binstring: {
      const auto size = input_.number<std::int32_t>();
      if (size < 0) fail(ErrorKind::malformed, "BINSTRING has the negative length ", size);
      const Bytes bytes = content(ValueKind::bytes, static_cast<std::uint32_t>(size));
      push(python2_strings_.read(bytes, input_.opcode_position()));
      return;
    }
    default:
      return step_object(opcode);
  }
}

void PickleMachine::step_object(Opcode opcode) {
  switch (opcode) {
    case Opcode::global: {
      const std::string module_name(input_.line());
      push(global(module_name, input_.line()));
      return;
    }
    case Opcode::stack_global: {
      const auto names = last(2);
      if (!names[0].is(ValueKind::str) || !names[1].is(ValueKind::str))
        fail(ErrorKind::malformed, "STACK_GLOBAL needs two str");
      if (protocol_ < 3) return replace(2, global(names[0].as_str(), names[1].as_str()));
      const Value made = global(names[0], names[1]);
      Access::global(made).own_names = true;
      replace(2, made);
      return;
    }
    case Opcode::reduce:
      reduce();
      return;
    case Opcode::newobj:
      new_object(false);
      return;
    case Opcode::newobj_ex:
      new_object(true);
      return;
    case Opcode::build:
      build();
      return;
    case Opcode::inst: {
      const std::string module_name(required_ascii(input_.line()));
      const Value callable = global(module_name, required_ascii(input_.line()));
      replace_to_mark(call(ObjectForm::instance, callable, document_.tuple(since_mark())));
      return;
    }
    case Opcode::obj: {
      const auto parts = since_mark();
      if (parts.empty()) fail(ErrorKind::malformed, "OBJ has no class");
      replace_to_mark(call(ObjectForm::instance, parts[0], document_.tuple(parts.subspan(1))));
      return;
    }
    case Opcode::persid:
      push(persistent_object(document_.str(required_ascii(input_.line()))));
      return;
    case Opcode::binpersid:
      push(persistent_object(pop()));
      return;
    case Opcode::ext1:
    case Opcode::ext2:
    case Opcode::ext4: {
      const std::int64_t code = opcode == Opcode::ext1   ? input_.byte()
                                : opcode == Opcode::ext2 ? input_.number<std::uint16_t>()
                                                         : std::int64_t{input_.number<std::int32_t>()};
      if (code <= 0) fail(ErrorKind::malformed, "the extension code ", code, " is not positive");
      const Value made = document_.object(ObjectForm::extension, {}, Value::integer(code));
      if (source_.observer != nullptr) source_.observer->on_import(made, input_.opcode_position());
      push(made);
      return;
    }
    case Opcode::next_buffer:
      return push(next_buffer());
    case Opcode::readonly_buffer:
      return make_read_only();
    default:
      fail(ErrorKind::malformed, hex(static_cast<std::uint64_t>(opcode)), " is no opcode of pickle");
  }
}

Value PickleMachine::global(std::string_view module_name, std::string_view qualified_name) {
  for (const std::string_view name : {module_name, qualified_name}) {
    if (name.empty() || invalid_utf8(name, false)) fail(ErrorKind::malformed, quoted(name), " is no name of a global");
  }
  const GlobalName name =
      protocol_ < 3 ? python3_name(module_name, qualified_name) : GlobalName{module_name, qualified_name};
  const Value module_value = Access::new_str(document_, name.module_name);
  return global(module_value, Access::new_str(document_, name.qualified_name));
}

Value PickleMachine::global(Value module_name, Value qualified_name) {
  const Value made = Access::make_global(document_, module_name, qualified_name);
  Access::global(made).tag = static_cast<std::uint8_t>(known(module_name.as_str(), qualified_name.as_str()));
  if (source_.observer != nullptr) source_.observer->on_import(made, input_.opcode_position());
  return made;
}

Value PickleMachine::persistent_object(Value id) {
  if (source_.observer != nullptr) source_.observer->on_persistent_id(id, input_.opcode_position());
  const Value made = document_.object(ObjectForm::persistent_id, {}, id);
  return hooks_.on_persistent_id ? hooks_.on_persistent_id(made) : made;
}

void PickleMachine::announce_call(ObjectForm form, Value callable, Value arguments, Value keywords) {
  require_callable(callable);
  if (source_.observer != nullptr)
    source_.observer->on_call(form, callable, arguments, keywords, input_.opcode_position());
}

Value PickleMachine::call(ObjectForm form, Value callable, Value arguments, Value keywords) {
  announce_call(form, callable, arguments, keywords);
  return document_.object(form, callable, arguments, keywords);
}

void PickleMachine::reduce() {
  const auto parts = last(2);
  const Value callable = parts[0];
  const Value arguments = parts[1];
  if (!arguments.is(ValueKind::tuple))
    fail(ErrorKind::malformed, "REDUCE needs a tuple of arguments, not a ", name_of(arguments.kind()));
  announce_call(ObjectForm::reduce, callable, arguments, {});
  const Known what = known(callable);
  if (const auto plain = evaluate_plain_call(document_, what, arguments)) return replace(2, *plain);
  const Value made = document_.object(ObjectForm::reduce, callable, arguments);
  if (what != Known::nothing) return replace(2, arrays_.after_call(what, made));
  replace(2, hooks_.on_call ? hooks_.on_call(made) : made);
}

void PickleMachine::new_object(bool with_keywords) {
  const auto parts = last(with_keywords ? 3 : 2);
  if (!parts[1].is(ValueKind::tuple))
    fail(ErrorKind::malformed, "NEWOBJ needs a tuple of arguments, not a ", name_of(parts[1].kind()));
  if (with_keywords && !parts[2].is(ValueKind::dict))
    fail(ErrorKind::malformed, "NEWOBJ_EX needs a dict of arguments, not a ", name_of(parts[2].kind()));
  for (std::size_t i = 0; with_keywords && i < parts[2].size(); ++i) {
    if (!parts[2].key(i).is(ValueKind::str))
      fail(ErrorKind::malformed, "the name of an argument is a ", name_of(parts[2].key(i).kind()), ", not a str");
  }
  replace(parts.size(), with_keywords ? call(ObjectForm::newobj_ex, parts[0], parts[1], parts[2])
                                      : call(ObjectForm::newobj, parts[0], parts[1]));
}

void PickleMachine::build() {
  const Value object = last(2)[0];
  const Value state = last(1)[0];
  if (!object.is(ValueKind::object)) fail(ErrorKind::malformed, "cannot set the state of a ", name_of(object.kind()));
  if (source_.observer != nullptr) source_.observer->on_state(object, state, input_.opcode_position());
  document_.add_change(object, ChangeKind::state, state);
  drop(1);
  const Known what = known(object.callable());
  if (what != Known::nothing) top() = arrays_.after_state(what, object, state);
  if (hooks_.on_build && top().is(ValueKind::object)) top() = hooks_.on_build(object);
}

// A buffer is bytes that remember that they came, and go, beside the pickle.
Value PickleMachine::next_buffer() {
  const auto buffers = source_.pickle.buffers;
  if (buffers.empty()) fail(ErrorKind::unsupported, "the pickle needs out-of-band buffers, which are not in the file");
  if (next_buffer_ == buffers.size())
    fail(ErrorKind::malformed, "the pickle needs more than the ", buffers.size(), " buffers that were given");
  const Region& buffer = buffers[next_buffer_++];
  const Bytes bytes = arena_.hold(buffer.slice(0, buffer.size()));
  return Access::buffer(document_, buffer.writable() ? ValueKind::bytearray : ValueKind::bytes, bytes);
}

void PickleMachine::make_read_only() {
  const Value value = top();
  if (!value.is(ValueKind::bytes) && !value.is(ValueKind::bytearray))
    fail(ErrorKind::malformed, "a ", name_of(value.kind()), " is no buffer");
  if (value.is(ValueKind::bytearray)) top() = Access::buffer(document_, ValueKind::bytes, value.as_bytes());
}

}  // namespace larder::internal
