#include "formats/pickle/machine.h"

#include <bit>
#include <cstring>

#include "base/text.h"
#include "base/unicode.h"
#include "document/keyed.h"
#include "document/records.h"
#include "formats/pickle/text_arguments.h"

namespace larder::internal {

namespace {

// Bytes that are left in the mapped file; shorter ones are no array worth it.
constexpr std::uint64_t smallest_mapped = 64;

void check_utf8(Bytes text) {
  if (const auto bad = invalid_utf8(as_text(text), true))
    fail(ErrorKind::malformed, "a str is not UTF-8 at its byte ", *bad);
}

// Copies a text into the arena; its last word is filled up with zeroes. Whether it is ASCII.
bool copy_ascii(const std::byte* from, std::size_t size, std::byte* to) {
  constexpr std::uint64_t high_bits = 0x8080808080808080u;
  std::uint64_t seen = 0;
  std::uint64_t word = 0;
  for (; size >= sizeof word; from += sizeof word, to += sizeof word, size -= sizeof word) {
    std::memcpy(&word, from, sizeof word);
    std::memcpy(to, &word, sizeof word);
    seen |= word;
  }
  word = 0;
  std::memcpy(&word, from, size);
  if (size != 0) std::memcpy(to, &word, sizeof word);
  return ((seen | word) & high_bits) == 0;
}

}  // namespace

PickleMachine::PickleMachine(PickleInput& input, Document& document, const ReadSource& source, PickleReadHooks hooks)
    : input_(input),
      document_(document),
      arena_(Access::arena(document)),
      source_(source),
      hooks_(std::move(hooks)),
      python2_strings_(document, source.pickle.python2_strings),
      arrays_(source, document, python2_strings_),
      memo_(source.limits.bytes) {
  stack_.reserve(64);
}

Value PickleMachine::run() {
  try {
    const Value value = run_to_stop();
    input_.leave_frame();
    python2_strings_.finish();
    return value;
  } catch (Error& error) {
    if (!error.has_place()) error.at(join("the opcode at byte ", input_.opcode_position(), " of ", input_.name()));
    throw;
  }
}

// A text that the input shows at once.
inline Value PickleMachine::short_str(std::size_t size) {
  const Bytes bytes = input_.take(size);
  std::byte* const place = arena_.allocate(size + 1);
  if (!copy_ascii(bytes.data(), size, place)) check_utf8(bytes);
  return Access::make(ValueKind::str, place, static_cast<std::uint32_t>(size));
}

// The opcodes that most of a large pickle consists of are handled here, in one switch.
Value PickleMachine::run_to_stop() {
  while (true) {
    const auto opcode = static_cast<Opcode>(input_.opcode());
    switch (opcode) {
      case Opcode::stop:
        return pop();
      case Opcode::mark:
        mark();
        break;
      case Opcode::none:
        push(Value::none());
        break;
      case Opcode::newtrue:
        push(Value::boolean(true));
        break;
      case Opcode::newfalse:
        push(Value::boolean(false));
        break;
      case Opcode::binint1:
        push(Access::scalar(ValueKind::integer, input_.byte()));
        break;
      case Opcode::binint2:
        push(Access::scalar(ValueKind::integer, input_.number<std::uint16_t>()));
        break;
      case Opcode::binint:
        push(Access::scalar(ValueKind::integer,
                            static_cast<std::uint64_t>(std::int64_t{input_.number<std::int32_t>()})));
        break;
      case Opcode::long1:
        push(long_integer(input_.byte()));
        break;
      case Opcode::binfloat:
        push(Value::floating(std::bit_cast<double>(load_be<std::uint64_t>(input_.take(8).data()))));
        break;
      case Opcode::short_binunicode:
        push(short_str(input_.byte()));
        break;
      case Opcode::binunicode:
        push(text(ValueKind::str, input_.number<std::uint32_t>()));
        break;
      case Opcode::short_binbytes:
        push(text(ValueKind::bytes, input_.byte()));
        break;
      case Opcode::binbytes:
        push(text(ValueKind::bytes, input_.number<std::uint32_t>()));
        break;
      case Opcode::memoize:
        memo_.push(top());
        break;
      case Opcode::binput:
        memo_.put(input_.byte(), top());
        break;
      case Opcode::long_binput:
        memo_.put(input_.number<std::uint32_t>(), top());
        break;
      case Opcode::binget:
        push(memo_.get(input_.byte()));
        break;
      case Opcode::long_binget:
        push(memo_.get(input_.number<std::uint32_t>()));
        break;
      case Opcode::empty_tuple:
        push(document_.tuple());
        break;
      case Opcode::tuple1:
      case Opcode::tuple2:
      case Opcode::tuple3: {
        const std::size_t count = static_cast<std::size_t>(opcode) - static_cast<std::size_t>(Opcode::tuple1) + 1;
        replace(count, document_.tuple(last(count)));
        break;
      }
      case Opcode::tuple:
        replace_to_mark(document_.tuple(since_mark()));
        break;
      case Opcode::empty_list:
        push(document_.list());
        break;
      case Opcode::append:
        append_all(last(2)[0], last(1));
        drop(1);
        break;
      case Opcode::appends:
        append_all(below_mark(), since_mark());
        drop_to_mark();
        break;
      case Opcode::empty_dict:
        push(document_.dict());
        break;
      case Opcode::setitem:
        set_all(last(3)[0], last(2));
        drop(2);
        break;
      case Opcode::setitems:
        set_all(below_mark(), since_mark());
        drop_to_mark();
        break;
      case Opcode::reduce:
        reduce();
        break;
      case Opcode::newobj:
        new_object(false);
        break;
      case Opcode::build:
        build();
        break;
      default:
        step(opcode);
    }
  }
}

void PickleMachine::step(Opcode opcode) {
  switch (opcode) {
    case Opcode::proto:
      return set_protocol(input_.byte());
    case Opcode::frame:
      return input_.enter_frame(input_.number<std::uint64_t>());
    case Opcode::pop:
      return drop_top();
    case Opcode::pop_mark:
      static_cast<void>(since_mark());
      return drop_to_mark();
    case Opcode::dup:
      // Twice the same object: whatever it turns out to be, both must be.
      if (top().is(ValueKind::object)) Access::object(top()).escaped = true;
      return push(top());
    case Opcode::long4: {
      const auto size = input_.number<std::int32_t>();
      if (size < 0) fail(ErrorKind::malformed, "LONG4 has the negative length ", size);
      return push(long_integer(static_cast<std::uint32_t>(size)));
    }
    case Opcode::binunicode8:
      return push(text(ValueKind::str, input_.number<std::uint64_t>()));
    case Opcode::binbytes8:
      return push(text(ValueKind::bytes, input_.number<std::uint64_t>()));
    case Opcode::bytearray8:
      return push(text(ValueKind::bytearray, input_.number<std::uint64_t>()));
    case Opcode::list:
      return replace_to_mark(document_.list(since_mark()));
    case Opcode::dict:
      return replace_to_mark(dict_of(since_mark()));
    case Opcode::frozenset:
      return replace_to_mark(document_.frozenset(since_mark()));
    case Opcode::empty_set:
      return push(document_.set());
    case Opcode::additems:
      add_all(below_mark(), since_mark());
      return drop_to_mark();
    case Opcode::put: {
      const std::uint64_t index = parse_index(input_.line());
      return memo_.put(index, top());
    }
    case Opcode::get:
      return push(memo_.get(parse_index(input_.line())));
    default:
      return step_text(opcode);
  }
}

void PickleMachine::set_protocol(int protocol) {
  if (protocol > highest_protocol)
    fail(ErrorKind::unsupported, "pickle protocol ", protocol, "; the highest known is ", highest_protocol);
  protocol_ = protocol;
}

void PickleMachine::mark() {
  floor_ = stack_.size();
  marks_.push_back(floor_);
}

std::span<const Value> PickleMachine::since_mark() const {
  if (marks_.empty()) fail(ErrorKind::malformed, "there is no mark on the stack");
  return std::span(stack_).subspan(floor_);
}

void PickleMachine::drop_to_mark() {
  stack_.resize(floor_);
  marks_.pop_back();
  floor_ = marks_.empty() ? 0 : marks_.back();
}

void PickleMachine::replace(std::size_t count, Value value) {
  drop(count);
  push(value);
}

void PickleMachine::replace_to_mark(Value value) {
  drop_to_mark();
  push(value);
}

Value PickleMachine::below_mark() const {
  const std::size_t at = stack_.size() - since_mark().size();
  const std::size_t lowest = marks_.size() > 1 ? marks_[marks_.size() - 2] : 0;
  if (at <= lowest) fail(ErrorKind::malformed, "nothing lies below the mark");
  return stack_[at - 1];
}

void PickleMachine::drop_top() {
  if (!marks_.empty() && stack_.size() == floor_) return drop_to_mark();
  const Value dropped = pop();
  // A call whose result is dropped was made for what it does to the object below it: a state setter.
  if (!dropped.is(ValueKind::object) || stack_.size() <= floor_ || !stack_.back().is(ValueKind::object)) return;
  if (dropped.form() != ObjectForm::reduce || dropped.arguments().empty()) return;
  if (dropped.arguments()[0].same_as(stack_.back())) document_.add_change(stack_.back(), ChangeKind::call, dropped);
}

Value PickleMachine::text(ValueKind kind, std::uint64_t size) {
  if (size <= PickleInput::largest_take && kind == ValueKind::str) return short_str(static_cast<std::size_t>(size));
  const Bytes bytes = content(kind, size);
  if (kind == ValueKind::str) check_utf8(bytes);
  return Access::text(document_, kind, bytes);
}

Bytes PickleMachine::content(ValueKind kind, std::uint64_t size) {
  if (source_.mapped_file != nullptr && kind != ValueKind::str && size >= smallest_mapped) {
    const std::uint64_t at = input_.position();
    input_.skip(size, name_of(kind));
    const Region& file = *source_.mapped_file;
    if (at > file.size() || size > file.size() - at) fail(ErrorKind::truncated, "the file was cut while it was read");
    return arena_.hold(file.slice(static_cast<std::size_t>(at), static_cast<std::size_t>(size)));
  }
  if (size > PickleInput::largest_take) return arena_.keep(input_.take_region(size, name_of(kind)));
  const Bytes bytes = input_.take(static_cast<std::size_t>(size));
  return {arena_.copy(bytes), bytes.size()};
}

Value PickleMachine::long_integer(std::uint64_t size) {
  if (size <= PickleInput::largest_take) return document_.integer(input_.take(static_cast<std::size_t>(size)));
  return document_.integer(input_.take_region(size, "an int").bytes());
}

void PickleMachine::append_all(Value target, std::span<const Value> members) {
  if (members.empty()) return;
  if (target.is(ValueKind::list)) return Access::append(arena_, Access::list(target), members.data(), members.size());
  if (!target.is(ValueKind::object)) fail(ErrorKind::malformed, "cannot append to a ", name_of(target.kind()));
  for (const Value member : members) document_.append_item(target, member);
}

void PickleMachine::set_all(Value target, std::span<const Value> pairs) {
  if (pairs.empty()) return;
  if (pairs.size() % 2 != 0) fail(ErrorKind::malformed, "a key has no value");
  if (target.is(ValueKind::dict)) return append_entries(arena_, target, pairs);
  if (!target.is(ValueKind::object)) fail(ErrorKind::malformed, "cannot set an item of a ", name_of(target.kind()));
  Object& object = Access::object(target);
  if (Access::last_change(object, ChangeKind::insert) == nullptr)
    Access::add_change(arena_, object, ChangeKind::insert, document_.dict());
  append_entries(arena_, *Access::last_change(object, ChangeKind::insert), pairs);
}

void PickleMachine::add_all(Value target, std::span<const Value> members) {
  if (members.empty()) return;
  if (target.is(ValueKind::object)) {
    const Value* const last = Access::last_change(Access::object(target), ChangeKind::add);
    if (last == nullptr) return document_.add_change(target, ChangeKind::add, document_.list(members));
    return Access::append(arena_, Access::list(*last), members.data(), members.size());
  }
  if (!target.is(ValueKind::set)) fail(ErrorKind::malformed, "cannot add to a ", name_of(target.kind()));
  for (const Value member : members) insert_entry(arena_, Access::keyed(target), member, {});
}

Value PickleMachine::dict_of(std::span<const Value> pairs) {
  const Value dict = document_.dict();
  set_all(dict, pairs);
  return dict;
}

}  // namespace larder::internal
