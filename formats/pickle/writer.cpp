#include "formats/pickle/writer.h"

#include <algorithm>

#include "base/text.h"
#include "base/unicode.h"
#include "document/records.h"

namespace larder::internal {

namespace {

constexpr std::size_t batch_size = 1000;  // of APPENDS, SETITEMS and ADDITEMS

}  // namespace

PickleWriter::PickleWriter(Writer& writer, PickleStyle style, const WriteOptions& options, PickleWriteHooks hooks)
    : style_(style),
      options_(options),
      hooks_(std::move(hooks)),
      protocol_(options.protocol),
      output_(writer, protocol_ >= 4),
      scalars_(output_, protocol_),
      arrays_(interned_, protocol_, options.pickle) {}

void PickleWriter::write(Value root) {
  if (protocol_ >= 2) {
    const std::byte head[] = {static_cast<std::byte>(Opcode::proto), static_cast<std::byte>(protocol_)};
    output_.writer().write(head);  // outside the first frame
  }
  push_value(root);
  run();
  output_.opcode(Opcode::stop);
  output_.close_frame();
}

void PickleWriter::run() {
  while (!tasks_.empty()) {
    const std::size_t at = tasks_.size() - 1;
    switch (tasks_[at].kind) {
      case Kind::members:
      case Kind::entries:
        continue_batches(at);
        break;
      case Kind::tuple:
      case Kind::frozenset:
        continue_members(at);
        break;
      default: {
        const Task task = tasks_[at];
        tasks_.pop_back();
        run_once(task);
      }
    }
  }
}

void PickleWriter::run_once(const Task& task) {
  switch (task.kind) {
    case Kind::value:
      return save(task.value);
    case Kind::opcode:
      return output_.opcode(task.code);
    case Kind::memoize:
      return memoize(task.value);
    case Kind::reduced:
      return finish_reduced(task);
    case Kind::wrapper:
      return build_wrapper();
    case Kind::elements:
      return write_payload(task.value);
    default:
      return write_nested(task.value);
  }
}

void PickleWriter::push_sequence(Kind kind, Value value, Opcode code, bool exact) {
  push(kind, value, code);
  tasks_.back().exact = exact && style_ == PickleStyle::cpython && protocol_ > 0;
}

void PickleWriter::push_values(std::span<const Value> values) {
  for (std::size_t i = values.size(); i-- > 0;) push_value(values[i]);
}

// The task stays on the stack while its members are written, below whatever these need.
void PickleWriter::continue_batches(std::size_t at) {
  const auto slots = Access::members(tasks_[at].value);
  while (true) {
    Task& task = tasks_[at];
    if (task.next == task.stop) {
      if (next_batch(task, slots.size())) continue;
      tasks_.pop_back();
      return;
    }
    save(slots[task.next++]);
    if (tasks_.size() > at + 1) return;
  }
}

// Ends a batch, and begins the next one; false where none follows. Opcodes for one member alone exist for lists and
// dicts. CPython's loops for a dict or set itself go on until a batch is not full, so that one of 1000 ends with an
// empty batch; for a list itself, only a list of one is written without a mark.
bool PickleWriter::next_batch(Task& task, std::size_t slots) {
  const std::size_t stride = task.kind == Kind::entries ? 2 : 1;
  const bool has_single = task.code != Opcode::additems;
  const Opcode single = task.kind == Kind::entries ? Opcode::setitem : Opcode::append;
  bool was_full = false;
  if (task.open) {
    output_.opcode(task.alone ? single : task.code);
    was_full = task.next % (batch_size * stride) == 0;
    task.open = false;
  }
  const std::size_t left = (slots - task.next) / stride;
  const bool ends_empty = task.exact && task.code != Opcode::appends && was_full;
  if (left == 0 && !ends_empty) return false;
  if (protocol_ == 0) {
    task.alone = has_single;
    task.stop = task.next + stride;
  } else {
    task.alone = has_single && left == 1 && (!task.exact || task.next == 0);
    task.stop = task.next + std::min(left, batch_size) * stride;
  }
  task.open = true;
  if (!task.alone) output_.opcode(Opcode::mark);
  if (left == 0) {
    output_.opcode(task.code);
    task.open = false;
    return false;
  }
  return true;
}

void PickleWriter::continue_members(std::size_t at) {
  const auto members = Access::members(tasks_[at].value);
  while (tasks_[at].next < members.size()) {
    save(members[tasks_[at].next++]);
    if (tasks_.size() > at + 1) return;
  }
  const Task task = tasks_[at];
  tasks_.pop_back();
  if (task.kind == Kind::tuple)
    finish_tuple(task.value);
  else
    finish_frozenset(task.value);
}

void PickleWriter::memoize(Value value) { write_index(written_.add(value)); }

void PickleWriter::write_index(std::uint32_t index) {
  if (protocol_ >= 4) return output_.opcode(Opcode::memoize);
  scalars_.index(Opcode::put, Opcode::binput, Opcode::long_binput, index);
}

bool PickleWriter::refer(Value value) {
  const auto index = written_.find(value);
  if (!index) return false;
  scalars_.index(Opcode::get, Opcode::binget, Opcode::long_binget, *index);
  return true;
}

void PickleWriter::save(Value value) {
  output_.before_value();
  switch (value.kind()) {
    case ValueKind::none:
      return output_.opcode(Opcode::none);
    case ValueKind::boolean:
      return scalars_.boolean(value.as_bool());
    case ValueKind::integer:
      return scalars_.integer(value);
    case ValueKind::floating:
      return scalars_.floating(value.as_float());
    case ValueKind::array:
      return save_array(value);
    case ValueKind::object:
      return save_object(value);
    case ValueKind::str:
      return save_str(value);
    case ValueKind::tuple:
      return save_tuple(value);
    default:
      break;
  }
  if (Access::is_out_of_band(value)) return save_buffer(value);
  if (refer(value)) return;
  switch (value.kind()) {
    case ValueKind::complex: {
      const Value parts[] = {Value::floating(value.as_complex().real()), Value::floating(value.as_complex().imag())};
      return save_reduce(value, "builtins", "complex", parts);
    }
    case ValueKind::bytes:
      return save_bytes(value);
    case ValueKind::bytearray:
      return save_bytearray(value);
    case ValueKind::list:
      return save_list(value);
    case ValueKind::dict:
      return save_dict(value);
    case ValueKind::set:
      return save_set(value, "set");
    case ValueKind::frozenset:
      return save_set(value, "frozenset");
    default:
      return save_global(value);
  }
}

void PickleWriter::save_str(Value value) {
  if (protocol_ < 3 && is_latin1_letter(as_text(Access::content(value)))) value = letter(value);
  if (refer(value)) return;
  scalars_.str(as_text(Access::content(value)));
  memoize(value);
}

void PickleWriter::save_bytes(Value value) {
  if (protocol_ >= 3) {
    scalars_.bytes(value.as_bytes());
    return memoize(value);
  }
  if (value.empty()) return save_reduce(value, "builtins", "bytes", {});
  if (const Value* const arguments = Access::spelling(value))
    return save_reduce(value, interned_.global("_codecs", "encode"), *arguments);
  const std::string text = utf8_of_latin1(as_text(value.as_bytes()));
  const Value arguments[] = {is_latin1_letter(text) ? encoded_letter(text) : interned_.scratch().str(text),
                             interned_.str("latin1")};
  save_reduce(value, "_codecs", "encode", arguments);
}

// Where bytes of one letter are spelled anew, CPython would take the one text that it has for that letter.
Value PickleWriter::encoded_letter(const std::string& text) {
  Letter& letter = letters_.try_emplace(text, Letter{interned_.scratch().str(text), true}).first->second;
  letter.encoded = true;
  return letter.value;
}

Value PickleWriter::letter(Value value) {
  const Letter& letter = letters_.try_emplace(std::string(value.as_str()), Letter{value, false}).first->second;
  return letter.encoded ? letter.value : value;
}

void PickleWriter::save_bytearray(Value value) {
  if (protocol_ < 5) {
    if (value.empty()) return save_reduce(value, "builtins", "bytearray", {});
    const Value content = interned_.scratch().bytes(value.as_bytes());
    return save_reduce(value, "builtins", "bytearray", {&content, 1});
  }
  scalars_.bytearray(value.as_bytes());
  memoize(value);
}

// Each use is a buffer of its own: its address says nothing of its length.
void PickleWriter::save_buffer(Value value) {
  const bool is_bytes = value.is(ValueKind::bytes);
  if (options_.pickle.buffer_callback) {
    output_.opcode(Opcode::next_buffer);
    if (is_bytes) output_.opcode(Opcode::readonly_buffer);
    return options_.pickle.buffer_callback(arrays_.buffer(value));
  }
  if (protocol_ < (is_bytes ? 3 : 5)) {
    Document& scratch = interned_.scratch();
    return save(is_bytes ? scratch.bytes(value.as_bytes()) : scratch.bytearray(value.as_bytes()));
  }
  if (is_bytes)
    scalars_.bytes(value.as_bytes());
  else
    scalars_.bytearray(value.as_bytes());
  write_index(written_.skip());
}

void PickleWriter::save_list(Value value) {
  if (protocol_ == 0) output_.opcode(Opcode::mark);
  output_.opcode(protocol_ == 0 ? Opcode::list : Opcode::empty_list);
  memoize(value);
  push_sequence(Kind::members, value, Opcode::appends, true);
}

void PickleWriter::save_dict(Value value) {
  if (protocol_ == 0) output_.opcode(Opcode::mark);
  output_.opcode(protocol_ == 0 ? Opcode::dict : Opcode::empty_dict);
  memoize(value);
  push_sequence(Kind::entries, value, Opcode::setitems, true);
}

void PickleWriter::save_tuple(Value value) {
  if (value.empty()) {
    if (protocol_ > 0) return output_.opcode(Opcode::empty_tuple);
    output_.opcode(Opcode::mark);
    return output_.opcode(Opcode::tuple);
  }
  if (refer(value)) return;
  if (value.size() > 3 || protocol_ < 2) output_.opcode(Opcode::mark);
  push(Kind::tuple, value);
}

void PickleWriter::finish_tuple(Value value) {
  const std::size_t count = value.size();
  const bool marked = count > 3 || protocol_ < 2;
  // A tuple that was memoized while its members were written contains itself: they are dropped again, and it is
  // referred to.
  if (written_.find(value)) {
    if (marked && protocol_ > 0) {
      output_.opcode(Opcode::pop_mark);
    } else {
      for (std::size_t i = 0; i < count + (marked ? 1 : 0); ++i) output_.opcode(Opcode::pop);
    }
    static_cast<void>(refer(value));
    return;
  }
  static constexpr Opcode short_tuples[] = {Opcode::tuple1, Opcode::tuple2, Opcode::tuple3};
  output_.opcode(marked ? Opcode::tuple : short_tuples[count - 1]);
  memoize(value);
}

void PickleWriter::save_set(Value value, std::string_view name) {
  if (protocol_ < 4) {
    const Value list = interned_.scratch().list(Access::members(value));
    return save_reduce(value, "builtins", name, {&list, 1});
  }
  if (value.is(ValueKind::set)) {
    output_.opcode(Opcode::empty_set);
    memoize(value);
    return push_sequence(Kind::members, value, Opcode::additems, true);
  }
  output_.opcode(Opcode::mark);
  push(Kind::frozenset, value);
}

void PickleWriter::finish_frozenset(Value value) {
  if (written_.find(value)) {
    output_.opcode(Opcode::pop_mark);
    static_cast<void>(refer(value));
    return;
  }
  output_.opcode(Opcode::frozenset);
  memoize(value);
}

}  // namespace larder::internal
