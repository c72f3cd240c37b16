#include <larder/document.h>

#include <algorithm>
#include <array>

#include "base/text.h"
#include "document/attributes.h"
#include "document/integer.h"
#include "document/keyed.h"
#include "document/records.h"

namespace larder {

using internal::Access;
using internal::fail;

std::string_view name_of(ValueKind kind) noexcept {
  static constexpr std::array<std::string_view, 16> names = {
      "None", "bool",  "int",  "float", "complex",   "str",   "bytes",  "bytearray",
      "list", "tuple", "dict", "set",   "frozenset", "array", "global", "object"};
  return names[static_cast<std::size_t>(kind)];
}

namespace {

void require(Value value, ValueKind kind) {
  if (!value.is(kind)) fail(ErrorKind::usage, "the value is a ", name_of(value.kind()), ", not a ", name_of(kind));
}

void require_index(std::size_t index, std::size_t size, Value value) {
  if (index >= size) fail(ErrorKind::usage, "index ", index, " is outside a ", name_of(value.kind()), " of ", size);
}

bool is_text(ValueKind kind) {
  return kind == ValueKind::str || kind == ValueKind::bytes || kind == ValueKind::bytearray;
}

}  // namespace

std::span<Value> internal::Access::members(Value value) {
  switch (value.kind_) {
    case ValueKind::list:
      return {list(value).members, list(value).size};
    case ValueKind::tuple:
      return {address<Value>(value), value.length_};
    case ValueKind::dict:
    case ValueKind::set:
    case ValueKind::frozenset: {
      const Keyed& entries = keyed(value);
      return {entries.slots, entries.size * entries.stride};
    }
    default:
      return {};
  }
}

Value Value::boolean(bool value) noexcept { return Access::scalar(ValueKind::boolean, value ? 1 : 0); }
Value Value::integer(std::int64_t value) noexcept {
  return Access::scalar(ValueKind::integer, static_cast<std::uint64_t>(value));
}
Value Value::floating(double value) noexcept {
  return Access::scalar(ValueKind::floating, std::bit_cast<std::uint64_t>(value));
}

bool Value::as_bool() const {
  require(*this, ValueKind::boolean);
  return payload_ != 0;
}

bool Value::fits_int64() const noexcept { return kind_ == ValueKind::integer && flags_ == 0; }

std::int64_t Value::as_int() const {
  require(*this, ValueKind::integer);
  if (flags_ != 0) fail(ErrorKind::limit, "an int of ", length_, " bytes does not fit 64 bits");
  return static_cast<std::int64_t>(payload_);
}

std::string Value::int_bytes() const {
  require(*this, ValueKind::integer);
  if (flags_ == 0) return internal::bytes_of(static_cast<std::int64_t>(payload_));
  return std::string(as_text(Access::content(*this)));
}

std::string Value::int_text(std::size_t most_digits) const {
  require(*this, ValueKind::integer);
  const auto refuse = [&](std::size_t bytes) {
    fail(ErrorKind::limit, "an int of ", bytes, " bytes has more than ", most_digits, " digits");
  };
  const std::size_t size = flags_ == 0 ? sizeof payload_ : Access::content(*this).size();
  // 2.408 decimal digits a byte; long ones are judged before the work is done.
  if (flags_ != 0 && size / 5 * 12 > most_digits) refuse(size);
  std::string text =
      flags_ == 0 ? std::to_string(static_cast<std::int64_t>(payload_)) : internal::decimal_of(Access::content(*this));
  if (text.size() - (text.starts_with('-') ? 1 : 0) > most_digits) refuse(size);
  return text;
}

double Value::as_float() const {
  require(*this, ValueKind::floating);
  return Access::floating(*this);
}

std::complex<double> Value::as_complex() const {
  require(*this, ValueKind::complex);
  const auto* const parts = &Access::record<const double>(*this);
  return {parts[0], parts[1]};
}

std::string_view Value::as_str() const {
  require(*this, ValueKind::str);
  return as_text(Access::content(*this));
}

Bytes Value::as_bytes() const {
  if (!is(ValueKind::bytes) && !is(ValueKind::bytearray))
    fail(ErrorKind::usage, "the value is a ", name_of(kind_), ", not bytes");
  return Access::content(*this);
}

std::size_t Value::size() const {
  if (is_text(kind_)) return Access::content(*this).size();
  switch (kind_) {
    case ValueKind::list:
    case ValueKind::tuple:
      return Access::members(*this).size();
    case ValueKind::dict:
    case ValueKind::set:
    case ValueKind::frozenset:
      return Access::keyed(*this).size;
    default:
      fail(ErrorKind::usage, "a ", name_of(kind_), " has no members");
  }
}

Value Value::operator[](std::size_t index) const {
  if (is_text(kind_) || is(ValueKind::dict))
    fail(ErrorKind::usage, "the value is a ", name_of(kind_), ", not a list, tuple or set");
  require_index(index, size(), *this);
  return Access::members(*this)[index];
}

Value Value::key(std::size_t index) const {
  require(*this, ValueKind::dict);
  require_index(index, size(), *this);
  return Access::members(*this)[2 * index];
}

Value Value::value(std::size_t index) const {
  require(*this, ValueKind::dict);
  require_index(index, size(), *this);
  return Access::members(*this)[2 * index + 1];
}

std::optional<Value> Value::find(Value key) const {
  if (!is(ValueKind::dict) && !is(ValueKind::set) && !is(ValueKind::frozenset)) require(*this, ValueKind::dict);
  const auto& keyed = Access::keyed(*this);
  const auto entry = internal::find_entry(keyed, key);
  if (!entry) return std::nullopt;
  return keyed.slots[*entry * keyed.stride + keyed.stride - 1];
}

std::optional<Value> Value::find(std::string_view key) const {
  if (key.size() >= 0xffffffff) return std::nullopt;
  return find(Access::make(ValueKind::str, key.data(), static_cast<std::uint32_t>(key.size())));
}

const Array& Value::as_array() const {
  require(*this, ValueKind::array);
  return Access::array(*this).array;
}

Value Value::array_class() const {
  require(*this, ValueKind::array);
  const Value named = internal::class_in_stand_in(Access::array(*this).stand_in);
  return named.is(ValueKind::global) ? named : Value();
}

std::string_view Value::module_name() const {
  require(*this, ValueKind::global);
  return as_text(Access::content(Access::global(*this).module_name));
}

std::string_view Value::qualified_name() const {
  require(*this, ValueKind::global);
  return as_text(Access::content(Access::global(*this).qualified_name));
}

ObjectForm Value::form() const {
  require(*this, ValueKind::object);
  return Access::object(*this).form;
}

Value Value::callable() const {
  require(*this, ValueKind::object);
  return Access::object(*this).callable;
}

Value Value::arguments() const {
  require(*this, ValueKind::object);
  return Access::object(*this).arguments;
}

Value Value::keywords() const {
  require(*this, ValueKind::object);
  return Access::object(*this).keywords;
}

std::span<const Change> Value::changes() const {
  require(*this, ValueKind::object);
  return {Access::object(*this).changes, Access::object(*this).size};
}

namespace {

Value first_change(Value object, ChangeKind kind) {
  for (const Change& change : object.changes()) {
    if (change.kind == kind) return change.value;
  }
  return {};
}

}  // namespace

Value Value::items() const { return first_change(*this, ChangeKind::append); }
Value Value::entries() const { return first_change(*this, ChangeKind::insert); }
Value Value::state() const { return first_change(*this, ChangeKind::state); }

const void* Value::identity() const noexcept {
  const bool in_value =
      kind_ == ValueKind::none || kind_ == ValueKind::boolean || kind_ == ValueKind::floating || fits_int64();
  return in_value ? nullptr : Access::address<const std::byte>(*this);
}

bool Value::same_as(Value other) const noexcept {
  // The length tells apart the empty tuple (which has no record) and texts that begin at one address.
  return kind_ == other.kind_ && payload_ == other.payload_ && length_ == other.length_;
}

}  // namespace larder
