#include "formats/pickle/writer.h"

#include <algorithm>
#include <limits>

#include "base/text.h"
#include "base/unicode.h"
#include "document/records.h"
#include "formats/pickle/names.h"

namespace larder::internal {

namespace {
constexpr std::size_t batch_size = 1000;  // of APPENDS, SETITEMS and ADDITEMS

// Texts that CPython has once: the empty one, and those of one Latin-1 letter.
bool is_shared(std::string_view utf8) {
  if (utf8.size() < 2) return true;
  const auto first = static_cast<unsigned char>(utf8.front());
  return utf8.size() == 2 && (first == 0xc2 || first == 0xc3);
}
}  // namespace

void PickleWriter::write(Value root) {
  const std::byte head[] = {static_cast<std::byte>(Opcode::proto), static_cast<std::byte>(protocol_)};
  output_.writer().write(head);  // outside the first frame
  push_value(root);
  while (!tasks_.empty()) {
    const Task task = tasks_.back();
    tasks_.pop_back();
    run(task);
  }
  output_.opcode(Opcode::stop);
  output_.close_frame();
}

void PickleWriter::run(const Task& task) {
  switch (task.kind) {
    case Kind::value:
      return save(task.value);
    case Kind::opcode:
      return output_.opcode(task.code);
    case Kind::memoize:
      return memoize(task.value);
    case Kind::members:
      return continue_members(task);
    case Kind::entries:
      return continue_entries(task);
    case Kind::tuple:
      return finish_tuple(task.value);
    case Kind::frozenset:
      return finish_frozenset(task.value);
    case Kind::reduced:
      return finish_reduced(task.value);
    case Kind::elements:
      output_.close_frame();
      return JoblibArrayWriter::write_elements(task.value.as_array(), output_.writer());
  }
}

void PickleWriter::push_values(std::span<const Value> values) {
  for (std::size_t i = values.size(); i-- > 0;) push_value(values[i]);
}

void PickleWriter::memoize(Value value) {
  if (memo_.size() >= std::numeric_limits<std::uint32_t>::max())
    fail(ErrorKind::limit, "a pickle cannot refer to more than 2^32 - 1 objects");
  const auto index = static_cast<std::uint32_t>(memo_.size());
  memo_.emplace(value.identity(), index);
  if (protocol_ >= 4) return output_.opcode(Opcode::memoize);
  if (index < 256) {
    output_.opcode(Opcode::binput);
    output_.number(static_cast<std::uint8_t>(index));
  } else {
    output_.opcode(Opcode::long_binput);
    output_.number(index);
  }
}

bool PickleWriter::refer(Value value) {
  const void* const identity = value.identity();
  const auto found = identity == nullptr ? memo_.end() : memo_.find(identity);
  if (found == memo_.end()) return false;
  if (found->second < 256) {
    output_.opcode(Opcode::binget);
    output_.number(static_cast<std::uint8_t>(found->second));
  } else {
    output_.opcode(Opcode::long_binget);
    output_.number(found->second);
  }
  return true;
}

void PickleWriter::save(Value value) {
  output_.before_value();
  if (value.is(ValueKind::str) && is_shared(value.as_str())) value = interned_.str(value.as_str());
  if (!value.is(ValueKind::integer) && !value.is(ValueKind::array) && refer(value)) return;
  switch (value.kind()) {
    case ValueKind::none:
      return output_.opcode(Opcode::none);
    case ValueKind::boolean:
      return output_.opcode(value.as_bool() ? Opcode::newtrue : Opcode::newfalse);
    case ValueKind::integer:
      return save_integer(value);
    case ValueKind::floating: {
      output_.opcode(Opcode::binfloat);
      std::byte bytes[8];
      store_be(bytes, std::bit_cast<std::uint64_t>(value.as_float()));
      return output_.text(as_text(bytes));
    }
    case ValueKind::complex: {
      const Value parts[] = {Value::floating(value.as_complex().real()), Value::floating(value.as_complex().imag())};
      return save_reduce(value, "builtins", "complex", parts);
    }
    case ValueKind::str:
      return save_str(value);
    case ValueKind::bytes:
      return save_bytes(value);
    case ValueKind::bytearray:
      return save_bytearray(value);
    case ValueKind::list:
      output_.opcode(Opcode::empty_list);
      memoize(value);
      return push(Kind::members, value, Opcode::appends);
    case ValueKind::tuple:
      return save_tuple(value);
    case ValueKind::dict:
      output_.opcode(Opcode::empty_dict);
      memoize(value);
      return push(Kind::entries, value, Opcode::setitems);
    case ValueKind::set:
      return save_set(value, Opcode::additems, "set");
    case ValueKind::frozenset:
      return save_set(value, Opcode::frozenset, "frozenset");
    case ValueKind::array:
      return save_array(value);
    case ValueKind::global:
      return save_global(value);
    case ValueKind::object:
      return save_object(value);
  }
}

void PickleWriter::save_integer(Value value) {
  if (value.fits_int64()) {
    const std::int64_t number = value.as_int();
    if (number >= 0 && number <= 0xff) {
      output_.opcode(Opcode::binint1);
      return output_.number(static_cast<std::uint8_t>(number));
    }
    if (number >= 0 && number <= 0xffff) {
      output_.opcode(Opcode::binint2);
      return output_.number(static_cast<std::uint16_t>(number));
    }
    if (std::in_range<std::int32_t>(number)) {
      output_.opcode(Opcode::binint);
      return output_.number(static_cast<std::int32_t>(number));
    }
  }
  const std::string bytes = value.int_bytes();
  if (bytes.size() < 256) {
    output_.opcode(Opcode::long1);
    output_.number(static_cast<std::uint8_t>(bytes.size()));
  } else {
    output_.opcode(Opcode::long4);
    output_.number(static_cast<std::uint32_t>(bytes.size()));
  }
  output_.text(bytes);
}

void PickleWriter::sized(Opcode one_byte, Opcode four_bytes, Opcode eight_bytes, bool has_one_byte, Bytes content) {
  const std::size_t header = output_.size();
  if (has_one_byte && content.size() <= 0xff) {
    output_.opcode(one_byte);
    output_.number(static_cast<std::uint8_t>(content.size()));
  } else if (content.size() <= 0xffffffff) {
    output_.opcode(four_bytes);
    output_.number(static_cast<std::uint32_t>(content.size()));
  } else if (protocol_ >= 4) {
    output_.opcode(eight_bytes);
    output_.number(std::uint64_t{content.size()});
  } else {
    fail(ErrorKind::unsupported, "pickle protocol ", protocol_,
         " cannot hold texts or bytes of 4 GiB and more; protocol 4 can");
  }
  output_.content(header, content);
}

void PickleWriter::save_str(Value value) {
  sized(Opcode::short_binunicode, Opcode::binunicode, Opcode::binunicode8, protocol_ >= 4, as_bytes(value.as_str()));
  memoize(value);
}

void PickleWriter::save_bytes(Value value) {
  if (protocol_ >= 3) {
    sized(Opcode::short_binbytes, Opcode::binbytes, Opcode::binbytes8, true, value.as_bytes());
    return memoize(value);
  }
  if (value.empty()) return save_reduce(value, "builtins", "bytes", {});
  std::string text;
  for (const std::byte letter : value.as_bytes()) append_utf8(text, std::to_integer<std::uint32_t>(letter));
  const Value arguments[] = {interned_.scratch().str(text), interned_.str("latin1")};
  save_reduce(value, "_codecs", "encode", arguments);
}

void PickleWriter::save_bytearray(Value value) {
  if (protocol_ < 5) {
    if (value.empty()) return save_reduce(value, "builtins", "bytearray", {});
    const Value content = interned_.scratch().bytes(value.as_bytes());
    return save_reduce(value, "builtins", "bytearray", {&content, 1});
  }
  const std::size_t header = output_.size();
  output_.opcode(Opcode::bytearray8);
  output_.number(std::uint64_t{value.size()});
  output_.content(header, value.as_bytes());
  memoize(value);
}

void PickleWriter::save_tuple(Value value) {
  if (value.empty()) return output_.opcode(Opcode::empty_tuple);
  if (value.size() > 3) output_.opcode(Opcode::mark);
  push(Kind::tuple, value);
  push_values(Access::members(value));
}

void PickleWriter::finish_tuple(Value value) {
  const std::size_t count = value.size();
  // A tuple that was memoized while its members were written contains itself: they are dropped again, and it is
  // referred to.
  if (memo_.contains(value.identity())) {
    if (count > 3)
      output_.opcode(Opcode::pop_mark);
    else
      for (std::size_t i = 0; i < count; ++i) output_.opcode(Opcode::pop);
    refer(value);
    return;
  }
  static constexpr Opcode short_tuples[] = {Opcode::tuple1, Opcode::tuple2, Opcode::tuple3};
  output_.opcode(count > 3 ? Opcode::tuple : short_tuples[count - 1]);
  memoize(value);
}

void PickleWriter::save_set(Value value, Opcode finish, std::string_view name) {
  if (protocol_ < 4) {
    const Value list = interned_.scratch().list(Access::members(value));
    return save_reduce(value, "builtins", name, {&list, 1});
  }
  if (finish == Opcode::additems) {
    output_.opcode(Opcode::empty_set);
    memoize(value);
    return push(Kind::members, value, Opcode::additems);
  }
  output_.opcode(Opcode::mark);
  push(Kind::frozenset, value);
  push_values(Access::members(value));
}

void PickleWriter::finish_frozenset(Value value) {
  if (memo_.contains(value.identity())) {
    output_.opcode(Opcode::pop_mark);
    refer(value);
    return;
  }
  output_.opcode(Opcode::frozenset);
  memoize(value);
}

// A batch of one is appended without a mark; sets have no such form.
void PickleWriter::continue_members(const Task& task) {
  const auto members = Access::members(task.value);
  const auto batch = members.subspan(task.next, std::min(batch_size, members.size() - task.next));
  if (batch.empty()) return;
  const bool alone = batch.size() == 1 && task.code == Opcode::appends;
  if (!alone) output_.opcode(Opcode::mark);
  if (batch.size() == batch_size) push(Kind::members, task.value, task.code, task.next + batch_size);
  push_opcode(alone ? Opcode::append : task.code);
  push_values(batch);
}

void PickleWriter::continue_entries(const Task& task) {
  const auto slots = Access::members(task.value);
  const auto batch = slots.subspan(task.next, std::min(2 * batch_size, slots.size() - task.next));
  if (batch.empty()) return;
  const bool alone = batch.size() == 2;
  if (!alone) output_.opcode(Opcode::mark);
  if (batch.size() == 2 * batch_size) push(Kind::entries, task.value, task.code, task.next + 2 * batch_size);
  push_opcode(alone ? Opcode::setitem : task.code);
  push_values(batch);
}

void PickleWriter::save_reduce(Value value, std::string_view module_name, std::string_view qualified_name,
                               std::span<const Value> arguments) {
  push(Kind::reduced, value);
  push_opcode(Opcode::reduce);
  push_value(interned_.scratch().tuple(arguments));
  push_value(interned_.global(module_name, qualified_name));
}

void PickleWriter::finish_reduced(Value value) {
  // Made while its own arguments were written: it contains itself.
  if (memo_.contains(value.identity())) {
    output_.opcode(Opcode::pop);
    refer(value);
    return;
  }
  memoize(value);
}

void PickleWriter::save_global(Value value) {
  interned_.adopt(value);
  const Value canonical = interned_.global(value.module_name(), value.qualified_name());
  if (canonical.identity() != value.identity() && refer(canonical)) return;
  if (protocol_ >= 4) {
    push(Kind::memoize, canonical);
    push_opcode(Opcode::stack_global);
    const bool shares_name = value.module_name() == "numpy" && value.qualified_name() == "dtype";
    push_value(shares_name ? interned_.str("dtype") : Access::global(canonical).qualified_name);
    push_value(interned_.str(value.module_name()));
    return;
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
      return push(Kind::members, change.value, Opcode::appends);
    case ChangeKind::insert:
      return push(Kind::entries, change.value, Opcode::setitems);
    case ChangeKind::add:
      return push(Kind::members, change.value, Opcode::additems);
    case ChangeKind::state:
      push_opcode(Opcode::build);
      return push_value(change.value);
    case ChangeKind::call:
      push_opcode(Opcode::pop);
      return push_value(change.value);
  }
}

void PickleWriter::save_object(Value value) {
  const Object& object = Access::object(value);
  // In reverse: what is pushed last is written first.
  for (std::size_t i = object.size; i-- > 0;) push_change(object.changes[i]);
  // The application resolves its references anew each time: they are not memoized, unless they have parts, which may
  // lead back to them.
  const bool has_memo =
      object.size != 0 || (object.form != ObjectForm::persistent_id && object.form != ObjectForm::extension);
  if (has_memo) push(Kind::reduced, value);
  switch (object.form) {
    case ObjectForm::reduce:
    case ObjectForm::newobj:
      push_opcode(object.form == ObjectForm::reduce ? Opcode::reduce : Opcode::newobj);
      push_value(object.arguments);
      return push_value(object.callable);
    case ObjectForm::newobj_ex:
      if (protocol_ < 4)
        fail(ErrorKind::unsupported, "pickle protocol ", protocol_,
             " cannot hold an object made with keyword arguments; protocol 4 can");
      push_opcode(Opcode::newobj_ex);
      push_value(object.keywords);
      push_value(object.arguments);
      return push_value(object.callable);
    case ObjectForm::instance:
      output_.opcode(Opcode::mark);
      push_opcode(Opcode::obj);
      push_values(Access::members(object.arguments));
      return push_value(object.callable);
    case ObjectForm::persistent_id:
      push_opcode(Opcode::binpersid);
      return push_value(object.arguments);
    case ObjectForm::extension:
      output_.opcode(Opcode::ext4);
      return output_.number(static_cast<std::int32_t>(object.arguments.as_int()));
  }
}

void PickleWriter::save_array(Value value) {
  const Value stand_in = arrays_.stand_in(value);
  push(Kind::elements, value);
  push_value(stand_in);
}

}  // namespace larder::internal
