#include <larder/document.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/text.h"
#include "base/unicode.h"
#include "document/integer.h"
#include "document/keyed.h"
#include "document/records.h"

namespace larder {

using internal::Access;
using internal::fail;
using internal::Keyed;
using internal::Object;
using internal::Sequence;

namespace {

void require(Value value, ValueKind kind, const char* change) {
  if (!value.is(kind))
    fail(ErrorKind::usage, "cannot ", change, " a ", name_of(value.kind()), ", only a ", name_of(kind));
}

}  // namespace

Value internal::Access::text(Document& document, ValueKind kind, Bytes content) {
  if (content.size() < std::numeric_limits<std::uint32_t>::max())
    return make(kind, content.data(), static_cast<std::uint32_t>(content.size()));
  return make(kind, arena(document).make<LongBytes>(content.data(), content.size()), 0, is_long);
}

void internal::Access::append(Arena& arena, Sequence& sequence, const Value* values, std::size_t count) {
  if (count == 0) return;
  if (count > sequence.capacity - sequence.size) {
    // A first batch gets exactly its room (most lists are never appended to again); later ones double it.
    const std::size_t capacity = sequence.capacity == 0 ? std::max<std::size_t>(count, 2)
                                                        : std::max(sequence.size + count, sequence.capacity * 2);
    sequence.members = arena.grow_array(sequence.members, sequence.capacity, capacity);
    sequence.capacity = capacity;
  }
  std::copy_n(values, count, sequence.members + sequence.size);
  sequence.size += count;
}

void internal::Access::add_change(Arena& arena, Object& object, ChangeKind kind, Value value) {
  if (object.size == object.capacity) {
    const std::uint32_t capacity = object.capacity == 0 ? 1 : object.capacity * 2;
    Change* const changes = arena.make_array<Change>(capacity);
    std::copy_n(object.changes, object.size, changes);
    object.changes = changes;
    object.capacity = capacity;
  }
  object.changes[object.size++] = {kind, value};
}

const Value* internal::Access::last_change(const Object& object, ChangeKind kind) noexcept {
  if (object.size == 0 || object.changes[object.size - 1].kind != kind) return nullptr;
  return &object.changes[object.size - 1].value;
}

Document::Document(const Limits& limits) : impl_(std::make_unique<Impl>(limits)) {}
Document::~Document() = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;

Value Document::root() const noexcept { return impl_->root; }
void Document::set_root(Value value) noexcept { impl_->root = value; }
std::uint64_t Document::memory() const noexcept { return impl_->arena.size(); }

Value Document::str(std::string_view utf8) {
  if (const auto bad = internal::invalid_utf8(utf8, true))
    fail(ErrorKind::malformed, "a str is not UTF-8 at its byte ", *bad);
  if (!internal::is_latin1_letter(utf8)) return Access::new_str(*this, utf8);
  auto found = impl_->letters.find(utf8);
  if (found == impl_->letters.end()) found = impl_->letters.emplace(utf8, Access::new_str(*this, utf8)).first;
  return found->second;
}

Value Document::bytes(Bytes content) {
  return Access::text(*this, ValueKind::bytes, {impl_->arena.copy(content), content.size()});
}
Value Document::bytearray(Bytes content) {
  return Access::text(*this, ValueKind::bytearray, {impl_->arena.copy(content), content.size()});
}

Value Document::integer(Bytes twos_complement) {
  const Bytes bytes = internal::without_sign_bytes(twos_complement);
  if (const auto small = internal::as_int64(bytes)) return Value::integer(*small);
  if (bytes.size() > 0x7fffffff)
    fail(ErrorKind::limit, "an int of ", bytes.size(), " bytes; pickles hold at most 2^31 - 1");
  return Access::make(ValueKind::integer, impl_->arena.copy(bytes), static_cast<std::uint32_t>(bytes.size()),
                      Access::is_long);
}

Value Document::complex(std::complex<double> value) {
  double* const parts = impl_->arena.make_array<double>(2);
  parts[0] = value.real();
  parts[1] = value.imag();
  return Access::make(ValueKind::complex, parts);
}

Value internal::Access::make_array(Document& document, Array array, Value stand_in) {
  auto& arrays = document.impl_->arrays;
  arrays.push_back({std::move(array), stand_in});
  return make(ValueKind::array, &arrays.back());
}

Value internal::Access::make_global(Document& document, Value module_name, Value qualified_name) {
  return make(ValueKind::global, arena(document).make<Global>(module_name, qualified_name));
}

Value Document::array(Array array) { return Access::make_array(*this, std::move(array), {}); }

Value Document::list(std::span<const Value> members) {
  auto* const sequence = impl_->arena.make<Sequence>();
  Access::append(impl_->arena, *sequence, members.data(), members.size());
  return Access::make(ValueKind::list, sequence);
}

Value Document::tuple(std::span<const Value> members) {
  if (members.empty()) return Access::make(ValueKind::tuple, nullptr);
  if (members.size() > std::numeric_limits<std::uint32_t>::max())
    fail(ErrorKind::limit, "a tuple of more than 2^32 - 1 members");
  Value* const place = impl_->arena.make_array<Value>(members.size());
  std::ranges::copy(members, place);
  return Access::make(ValueKind::tuple, place, static_cast<std::uint32_t>(members.size()));
}

Value Document::dict() {
  auto* const keyed = impl_->arena.make<Keyed>();
  keyed->stride = 2;
  return Access::make(ValueKind::dict, keyed);
}

Value Document::set() { return Access::make(ValueKind::set, impl_->arena.make<Keyed>()); }

Value Document::frozenset(std::span<const Value> members) {
  const Value value = Access::make(ValueKind::frozenset, impl_->arena.make<Keyed>());
  for (const Value member : members) internal::insert_entry(impl_->arena, Access::keyed(value), member, {});
  return value;
}

Value Document::global(std::string_view module_name, std::string_view qualified_name) {
  const Value module_value = str(module_name);
  return Access::make_global(*this, module_value, str(qualified_name));
}

Value Document::object(ObjectForm form, Value callable, Value arguments, Value keywords) {
  auto* const object = impl_->arena.make<Object>();
  object->form = form;
  object->serial = impl_->next_serial++;
  object->callable = callable;
  object->arguments = arguments;
  object->keywords = keywords;
  return Access::make(ValueKind::object, object);
}

void Document::append(Value list, Value member) {
  require(list, ValueKind::list, "append to");
  Access::append(impl_->arena, Access::list(list), &member, 1);
}

void Document::set_item(Value list, std::size_t index, Value member) {
  require(list, ValueKind::list, "replace a member of");
  Sequence& sequence = Access::list(list);
  if (index >= sequence.size) fail(ErrorKind::usage, "index ", index, " is outside a list of ", sequence.size);
  sequence.members[index] = member;
}

bool Document::erase(Value dict, Value key) {
  require(dict, ValueKind::dict, "erase from");
  return internal::erase_entry(Access::keyed(dict), key);
}

void Document::insert(Value dict, Value key, Value value) {
  require(dict, ValueKind::dict, "insert into");
  internal::insert_entry(impl_->arena, Access::keyed(dict), key, value);
}

void Document::add(Value set, Value member) {
  require(set, ValueKind::set, "add to");
  internal::insert_entry(impl_->arena, Access::keyed(set), member, {});
}

void Document::set_state(Value object, Value state) {
  require(object, ValueKind::object, "set the state of");
  Object& record = Access::object(object);
  for (Change& change : std::span(record.changes, record.size)) {
    if (change.kind != ChangeKind::state) continue;
    change.value = state;
    return;
  }
  Access::add_change(impl_->arena, record, ChangeKind::state, state);
}

void Document::append_item(Value object, Value item) {
  require(object, ValueKind::object, "append to");
  Object& record = Access::object(object);
  if (Access::last_change(record, ChangeKind::append) == nullptr)
    Access::add_change(impl_->arena, record, ChangeKind::append, list());
  append(*Access::last_change(record, ChangeKind::append), item);
}

void Document::insert_entry(Value object, Value key, Value value) {
  require(object, ValueKind::object, "insert into");
  Object& record = Access::object(object);
  if (Access::last_change(record, ChangeKind::insert) == nullptr)
    Access::add_change(impl_->arena, record, ChangeKind::insert, dict());
  insert(*Access::last_change(record, ChangeKind::insert), key, value);
}

void Document::add_change(Value object, ChangeKind kind, Value value) {
  require(object, ValueKind::object, "add a change to");
  if (kind == ChangeKind::append || kind == ChangeKind::add) require(value, ValueKind::list, "append the members of");
  if (kind == ChangeKind::insert) require(value, ValueKind::dict, "insert the entries of");
  if (kind == ChangeKind::call) require(value, ValueKind::object, "call");
  Access::add_change(impl_->arena, Access::object(object), kind, value);
}

}  // namespace larder
