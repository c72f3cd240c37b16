#include "formats/pickle/machine.h"

#include <algorithm>
#include <bit>

#include "base/text.h"
#include "base/unicode.h"
#include "document/keyed.h"
#include "document/records.h"
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

}  // namespace

void Memo::put(std::uint64_t index, Value value) {
  // Slots are dense as long as about every second one is used; what lies further out goes to the map.
  if (index < entries_ * 2 + 1024) {
    if (index >= dense_.size()) dense_.resize(static_cast<std::size_t>(index) + 1);
    Slot& slot = dense_[static_cast<std::size_t>(index)];
    if (!slot.used && sparse_.erase(index) == 0) ++entries_;
    slot = {value, true};
  } else if (sparse_.insert_or_assign(index, value).second) {
    ++entries_;
  }
}

Value Memo::get(std::uint64_t index) const {
  if (index < dense_.size() && dense_[static_cast<std::size_t>(index)].used)
    return dense_[static_cast<std::size_t>(index)].value;
  const auto found = sparse_.find(index);
  if (found == sparse_.end()) fail(ErrorKind::malformed, "nothing was memoized at ", index);
  return found->second;
}

PickleMachine::PickleMachine(PickleInput& input, Document& document, const ReadSource& source, OnBuild on_build)
    : input_(input), document_(document), source_(source), on_build_(std::move(on_build)) {}

Value PickleMachine::run() {
  at_ = input_.position();
  try {
    while (!stopped_) {
      at_ = input_.position();
      input_.check_frame();
      step(static_cast<Opcode>(input_.byte()));
    }
    input_.leave_frame();
  } catch (Error& error) {
    if (!error.has_place()) error.at(join("the opcode at byte ", at_, " of ", input_.name()));
    throw;
  }
  return pop();
}

void PickleMachine::step(Opcode opcode) {
  if (step_scalar(opcode) || step_container(opcode) || step_memo(opcode) || step_text(opcode) || step_object(opcode))
    return;
  switch (opcode) {
    case Opcode::proto:
      return set_protocol(input_.byte());
    case Opcode::frame:
      return input_.enter_frame(input_.number<std::uint64_t>());
    case Opcode::mark:
      return marks_.push_back(stack_.size());
    case Opcode::pop:
      if (!marks_.empty() && stack_.size() == floor()) return marks_.pop_back();
      static_cast<void>(pop());
      return;
    case Opcode::pop_mark:
      static_cast<void>(since_mark());
      return drop_to_mark();
    case Opcode::dup:
      return push(top());
    case Opcode::stop:
      static_cast<void>(top());
      stopped_ = true;
      return;
    case Opcode::next_buffer:
    case Opcode::readonly_buffer:
      fail(ErrorKind::unsupported, "the pickle needs out-of-band buffers, which are not in the file");
    default:
      fail(ErrorKind::malformed, hex(static_cast<std::uint64_t>(opcode)), " is no opcode of pickle");
  }
}

void PickleMachine::set_protocol(int protocol) {
  if (protocol > highest_protocol)
    fail(ErrorKind::unsupported, "pickle protocol ", protocol, "; the highest known is ", highest_protocol);
  protocol_ = protocol;
}

Value PickleMachine::pop() {
  const Value value = top();
  stack_.pop_back();
  return value;
}

Value& PickleMachine::top() {
  if (stack_.size() <= floor()) fail(ErrorKind::malformed, "the stack is empty");
  return stack_.back();
}

std::span<const Value> PickleMachine::since_mark() const {
  if (marks_.empty()) fail(ErrorKind::malformed, "there is no mark on the stack");
  return std::span(stack_).subspan(marks_.back());
}

std::span<const Value> PickleMachine::last(std::size_t count) const {
  if (stack_.size() - floor() < count) fail(ErrorKind::malformed, "the stack holds fewer than ", count, " values");
  return std::span(stack_).last(count);
}

void PickleMachine::drop_to_mark() {
  stack_.resize(marks_.back());
  marks_.pop_back();
}

Value PickleMachine::below_mark() const {
  const std::size_t at = stack_.size() - since_mark().size();
  const std::size_t lowest = marks_.size() > 1 ? marks_[marks_.size() - 2] : 0;
  if (at <= lowest) fail(ErrorKind::malformed, "nothing lies below the mark");
  return stack_[at - 1];
}

bool PickleMachine::step_scalar(Opcode opcode) {
  switch (opcode) {
    case Opcode::none:
      push(Value::none());
      return true;
    case Opcode::newtrue:
      push(Value::boolean(true));
      return true;
    case Opcode::newfalse:
      push(Value::boolean(false));
      return true;
    case Opcode::binint1:
      push(Value::integer(input_.byte()));
      return true;
    case Opcode::binint2:
      push(Value::integer(input_.number<std::uint16_t>()));
      return true;
    case Opcode::binint:
      push(Value::integer(input_.number<std::int32_t>()));
      return true;
    case Opcode::long1:
      push(long_integer(input_.byte()));
      return true;
    case Opcode::long4: {
      const auto size = input_.number<std::int32_t>();
      if (size < 0) fail(ErrorKind::malformed, "LONG4 has the negative length ", size);
      push(long_integer(static_cast<std::uint32_t>(size)));
      return true;
    }
    case Opcode::binfloat:
      push(Value::floating(std::bit_cast<double>(load_be<std::uint64_t>(input_.take(8).data()))));
      return true;
    case Opcode::short_binunicode:
      push(text(ValueKind::str, input_.byte()));
      return true;
    case Opcode::binunicode:
      push(text(ValueKind::str, input_.number<std::uint32_t>()));
      return true;
    case Opcode::binunicode8:
      push(text(ValueKind::str, input_.number<std::uint64_t>()));
      return true;
    case Opcode::short_binbytes:
      push(text(ValueKind::bytes, input_.byte()));
      return true;
    case Opcode::binbytes:
      push(text(ValueKind::bytes, input_.number<std::uint32_t>()));
      return true;
    case Opcode::binbytes8:
      push(text(ValueKind::bytes, input_.number<std::uint64_t>()));
      return true;
    case Opcode::bytearray8:
      push(text(ValueKind::bytearray, input_.number<std::uint64_t>()));
      return true;
    default:
      return false;
  }
}

Value PickleMachine::text(ValueKind kind, std::uint64_t size) {
  Arena& arena = Access::arena(document_);
  Bytes content;
  if (size <= PickleInput::largest_take) {
    const Bytes bytes = input_.take(static_cast<std::size_t>(size));
    content = {arena.copy(bytes), bytes.size()};
  } else {
    content = arena.keep(input_.take_region(size, name_of(kind)));
  }
  if (kind == ValueKind::str) {
    if (const auto bad = invalid_utf8(as_text(content), true))
      fail(ErrorKind::malformed, "a str is not UTF-8 at its byte ", *bad);
  }
  return Access::text(document_, kind, content);
}

Value PickleMachine::long_integer(std::uint64_t size) {
  if (size <= PickleInput::largest_take) return document_.integer(input_.take(static_cast<std::size_t>(size)));
  return document_.integer(input_.take_region(size, "an int").bytes());
}

bool PickleMachine::step_text(Opcode opcode) {
  switch (opcode) {
    case Opcode::int_text:
      push(parse_int(input_.line(), document_, source_.limits));
      return true;
    case Opcode::long_text:
      push(parse_long(input_.line(), document_, source_.limits));
      return true;
    case Opcode::float_text:
      push(Value::floating(parse_float(input_.line())));
      return true;
    case Opcode::unicode_text:
      push(document_.str(parse_unicode(input_.line())));
      return true;
    case Opcode::string_text:
      push(python2_string(parse_string(input_.line())));
      return true;
    case Opcode::short_binstring:
      push(python2_string(as_text(input_.take(input_.byte()))));
      return true;
    case Opcode::binstring: {
      const auto size = input_.number<std::int32_t>();
      if (size < 0) fail(ErrorKind::malformed, "BINSTRING has the negative length ", size);
      const auto length = static_cast<std::uint32_t>(size);
      if (length <= PickleInput::largest_take)
        push(python2_string(as_text(input_.take(length))));
      else
        push(python2_string(as_text(input_.take_region(length, "a str").bytes())));
      return true;
    }
    default:
      return false;
  }
}

Value PickleMachine::python2_string(std::string_view bytes) {
  const auto is_ascii = [](char letter) { return static_cast<unsigned char>(letter) < 0x80; };
  if (!std::ranges::all_of(bytes, is_ascii))
    fail(ErrorKind::unsupported, "a str of Python 2 that is not ASCII: its encoding is not in the file");
  return document_.str(bytes);
}

bool PickleMachine::step_container(Opcode opcode) {
  switch (opcode) {
    case Opcode::empty_tuple:
      push(document_.tuple());
      return true;
    case Opcode::tuple1:
    case Opcode::tuple2:
    case Opcode::tuple3: {
      const std::size_t count = static_cast<std::size_t>(opcode) - static_cast<std::size_t>(Opcode::tuple1) + 1;
      const Value tuple = document_.tuple(last(count));
      drop(count);
      push(tuple);
      return true;
    }
    case Opcode::tuple:
    case Opcode::list:
    case Opcode::dict:
    case Opcode::frozenset: {
      const auto members = since_mark();
      const Value made = opcode == Opcode::tuple  ? document_.tuple(members)
                         : opcode == Opcode::list ? document_.list(members)
                         : opcode == Opcode::dict ? dict_of(members)
                                                  : document_.frozenset(members);
      drop_to_mark();
      push(made);
      return true;
    }
    case Opcode::empty_list:
      push(document_.list());
      return true;
    case Opcode::empty_dict:
      push(document_.dict());
      return true;
    case Opcode::empty_set:
      push(document_.set());
      return true;
    case Opcode::append:
      append_all(last(2)[0], last(1));
      drop(1);
      return true;
    case Opcode::appends:
      append_all(below_mark(), since_mark());
      drop_to_mark();
      return true;
    case Opcode::setitem:
      set_all(last(3)[0], last(2));
      drop(2);
      return true;
    case Opcode::setitems:
      set_all(below_mark(), since_mark());
      drop_to_mark();
      return true;
    case Opcode::additems:
      add_all(below_mark(), since_mark());
      drop_to_mark();
      return true;
    default:
      return false;
  }
}

void PickleMachine::append_all(Value target, std::span<const Value> members) {
  if (members.empty()) return;
  if (target.is(ValueKind::list))
    return Access::append(Access::arena(document_), Access::list(target), members.data(), members.size());
  if (!target.is(ValueKind::object)) fail(ErrorKind::malformed, "cannot append to a ", name_of(target.kind()));
  for (const Value member : members) document_.append_item(target, member);
}

void PickleMachine::set_all(Value target, std::span<const Value> pairs) {
  if (pairs.empty()) return;
  if (pairs.size() % 2 != 0) fail(ErrorKind::malformed, "a key has no value");
  const bool is_dict = target.is(ValueKind::dict);
  if (!is_dict && !target.is(ValueKind::object))
    fail(ErrorKind::malformed, "cannot set an item of a ", name_of(target.kind()));
  if (is_dict) return append_entries(Access::arena(document_), target, pairs);
  for (std::size_t i = 0; i < pairs.size(); i += 2) document_.insert_entry(target, pairs[i], pairs[i + 1]);
}

void PickleMachine::add_all(Value target, std::span<const Value> members) {
  if (members.empty()) return;
  if (!target.is(ValueKind::set)) fail(ErrorKind::malformed, "cannot add to a ", name_of(target.kind()));
  for (const Value member : members) insert_entry(Access::arena(document_), Access::keyed(target), member, {});
}

Value PickleMachine::dict_of(std::span<const Value> pairs) {
  const Value dict = document_.dict();
  set_all(dict, pairs);
  return dict;
}

bool PickleMachine::step_memo(Opcode opcode) {
  switch (opcode) {
    case Opcode::memoize:
      memo_.put(memo_.size(), top());
      return true;
    case Opcode::binput:
      memo_.put(input_.byte(), top());
      return true;
    case Opcode::long_binput:
      memo_.put(input_.number<std::uint32_t>(), top());
      return true;
    case Opcode::put:
      memo_.put(parse_index(input_.line()), top());
      return true;
    case Opcode::binget:
      push(memo_.get(input_.byte()));
      return true;
    case Opcode::long_binget:
      push(memo_.get(input_.number<std::uint32_t>()));
      return true;
    case Opcode::get:
      push(memo_.get(parse_index(input_.line())));
      return true;
    default:
      return false;
  }
}

bool PickleMachine::step_object(Opcode opcode) {
  switch (opcode) {
    case Opcode::global: {
      const std::string module_name(input_.line());
      push(global(module_name, input_.line()));
      return true;
    }
    case Opcode::stack_global: {
      const auto names = last(2);
      if (!names[0].is(ValueKind::str) || !names[1].is(ValueKind::str))
        fail(ErrorKind::malformed, "STACK_GLOBAL needs two str");
      const Value made = Access::make_global(document_, names[0], names[1]);
      if (source_.observer != nullptr) source_.observer->on_import(made, at_);
      drop(2);
      push(made);
      return true;
    }
    case Opcode::reduce:
      reduce();
      return true;
    case Opcode::newobj:
      new_object(false);
      return true;
    case Opcode::newobj_ex:
      new_object(true);
      return true;
    case Opcode::build:
      build();
      return true;
    case Opcode::inst: {
      const std::string module_name(input_.line());
      const Value callable = global(module_name, input_.line());
      const Value made = call(ObjectForm::instance, callable, document_.tuple(since_mark()));
      drop_to_mark();
      push(made);
      return true;
    }
    case Opcode::obj: {
      const auto parts = since_mark();
      if (parts.empty()) fail(ErrorKind::malformed, "OBJ has no class");
      const Value made = call(ObjectForm::instance, parts[0], document_.tuple(parts.subspan(1)));
      drop_to_mark();
      push(made);
      return true;
    }
    case Opcode::persid:
      push(persistent_object(document_.str(input_.line())));
      return true;
    case Opcode::binpersid:
      push(persistent_object(pop()));
      return true;
    case Opcode::ext1:
    case Opcode::ext2:
    case Opcode::ext4: {
      const std::int64_t code = opcode == Opcode::ext1   ? input_.byte()
                                : opcode == Opcode::ext2 ? input_.number<std::uint16_t>()
                                                         : std::int64_t{input_.number<std::int32_t>()};
      if (code <= 0) fail(ErrorKind::malformed, "the extension code ", code, " is not positive");
      const Value made = document_.object(ObjectForm::extension, {}, Value::integer(code));
      if (source_.observer != nullptr) source_.observer->on_import(made, at_);
      push(made);
      return true;
    }
    default:
      return false;
  }
}

Value PickleMachine::global(std::string_view module_name, std::string_view qualified_name) {
  for (const std::string_view name : {module_name, qualified_name}) {
    if (name.empty() || invalid_utf8(name, false)) fail(ErrorKind::malformed, quoted(name), " is no name of a global");
  }
  const GlobalName name =
      protocol_ < 3 ? python3_name(module_name, qualified_name) : GlobalName{module_name, qualified_name};
  const Value made = document_.global(name.module_name, name.qualified_name);
  if (source_.observer != nullptr) source_.observer->on_import(made, at_);
  return made;
}

Value PickleMachine::persistent_object(Value id) {
  if (source_.observer != nullptr) source_.observer->on_persistent_id(id, at_);
  return document_.object(ObjectForm::persistent_id, {}, id);
}

Value PickleMachine::call(ObjectForm form, Value callable, Value arguments, Value keywords) {
  require_callable(callable);
  if (source_.observer != nullptr) source_.observer->on_call(form, callable, arguments, keywords, at_);
  return document_.object(form, callable, arguments, keywords);
}

void PickleMachine::reduce() {
  const auto parts = last(2);
  if (!parts[1].is(ValueKind::tuple))
    fail(ErrorKind::malformed, "REDUCE needs a tuple of arguments, not a ", name_of(parts[1].kind()));
  const Value called = call(ObjectForm::reduce, parts[0], parts[1]);
  const auto plain = evaluate_plain_call(document_, parts[0], parts[1]);
  drop(2);
  push(plain ? *plain : called);
}

void PickleMachine::new_object(bool with_keywords) {
  const auto parts = last(with_keywords ? 3 : 2);
  if (!parts[1].is(ValueKind::tuple))
    fail(ErrorKind::malformed, "NEWOBJ needs a tuple of arguments, not a ", name_of(parts[1].kind()));
  if (with_keywords && !parts[2].is(ValueKind::dict))
    fail(ErrorKind::malformed, "NEWOBJ_EX needs a dict of arguments, not a ", name_of(parts[2].kind()));
  const Value made = with_keywords ? call(ObjectForm::newobj_ex, parts[0], parts[1], parts[2])
                                   : call(ObjectForm::newobj, parts[0], parts[1]);
  drop(parts.size());
  push(made);
}

void PickleMachine::build() {
  const Value object = last(2)[0];
  const Value state = last(1)[0];
  if (!object.is(ValueKind::object)) fail(ErrorKind::malformed, "cannot set the state of a ", name_of(object.kind()));
  if (source_.observer != nullptr) source_.observer->on_state(object, state, at_);
  document_.add_change(object, ChangeKind::state, state);
  drop(1);
  if (on_build_) top() = on_build_(object);
}

}  // namespace larder::internal
