// How values are stored, and the access to them that formats need: fast, unchecked, internal.
//
// A Value holds small scalars itself; all else is a record in the Document's arena, whose address is the value's
// identity.
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include <larder/document.h>

#include "document/arena.h"

namespace larder::internal {

// Members of a list.
struct Sequence {
  Value* members = nullptr;
  std::size_t size = 0;
  std::size_t capacity = 0;
};

// Entries of a dict (key, value), members of a set or frozenset (key), in insertion order. The settled ones have each
// key once; a loader's further entries of a dict wait behind them (see keyed.h).
struct Keyed {
  Value* slots = nullptr;          // size * stride values
  std::uint32_t* index = nullptr;  // of the settled entries: a hash table; none while there are few
  Arena* unsettled_in = nullptr;   // where entries that are not settled will be; null: all are
  std::size_t cells = 0;           // a power of two
  std::size_t size = 0;
  std::size_t settled = 0;
  std::size_t capacity = 0;
  std::uint64_t content_hash = 0;  // of a set, the sum over its members' hashes: the hash of a frozenset
  std::uint32_t stride = 1;        // 2 for a dict
};

// Makes all entries settled ones. Safe from any number of threads at once. Error `limit` where the index needs more
// memory than there may be; then the entries stay unsettled.
void settle(Keyed& keyed);

// Text or bytes of 4 GiB and more.
struct LongBytes {
  const std::byte* data;
  std::size_t size;
};

struct Global {
  Value module_name;
  Value qualified_name;
  std::uint8_t tag = 0;    // what the format that made it knows it as; 0 for nothing
  bool own_names = false;  // the file has the names as values: it tells which others they are the same as
};

struct Object {
  ObjectForm form = ObjectForm::reduce;
  bool escaped = false;      // while being read: somebody else may hold it already
  std::uint8_t tag = 0;      // what the format that made it knows of it; 0 for nothing
  std::uint64_t serial = 0;  // hashes the object: stays when the object is copied
  Value callable;
  Value arguments;
  Value keywords;
  Change* changes = nullptr;
  std::uint32_t size = 0;  // of the changes
  std::uint32_t capacity = 0;
  struct ArrayRecord* array = nullptr;  // while being read: what it turned out to be
  Value* wrapper = nullptr;             // what stood for it in the file
};

// An array, and what stood for it in the file (None where there was none): an object that makes it, or the bytes of its
// elements.
struct ArrayRecord {
  Array array;
  Value stand_in;
};

// What only the inside of larder may do with values.
struct Access {
  // Flags.
  static constexpr std::uint8_t is_long = 1;     // an integer of more than 64 bits, or 4 GiB and more of text
  static constexpr std::uint8_t is_buffer = 2;   // bytes that lie beside the pickle
  static constexpr std::uint8_t is_spelled = 4;  // bytes with what spelled them in the file before them in memory

  static Value make(ValueKind kind, const void* record, std::uint32_t length = 0, std::uint8_t flags = 0) noexcept {
    Value value;
    value.kind_ = kind;
    value.flags_ = flags;
    value.length_ = length;
    value.payload_ = reinterpret_cast<std::uintptr_t>(record);
    return value;
  }
  static Value scalar(ValueKind kind, std::uint64_t payload) noexcept {
    Value value;
    value.kind_ = kind;
    value.payload_ = payload;
    return value;
  }
  // What no value is: a place that is free.
  static Value hole() noexcept {
    Value value;
    value.flags_ = 0xff;
    return value;
  }
  static bool is_hole(Value value) noexcept { return value.flags_ == 0xff; }
  static bool flagged(Value value) noexcept { return (value.flags_ & is_long) != 0; }
  static std::uint64_t payload(Value value) noexcept { return value.payload_; }
  static std::uint32_t length(Value value) noexcept { return value.length_; }

  // Of what is stored for the value; null for the empty tuple and for empty texts.
  template <class Stored>
  static Stored* address(Value value) noexcept {
    return reinterpret_cast<Stored*>(static_cast<std::uintptr_t>(value.payload_));
  }
  template <class Record>
  static Record& record(Value value) noexcept {
    return *address<Record>(value);
  }
  static Sequence& list(Value value) noexcept { return record<Sequence>(value); }
  // Settled: errors as settle.
  static Keyed& keyed(Value value) {
    Keyed& keyed = unsettled(value);
    if (std::atomic_ref(keyed.unsettled_in).load(std::memory_order_acquire) != nullptr) settle(keyed);
    return keyed;
  }
  // For the dict's loader alone.
  static Keyed& unsettled(Value value) noexcept { return record<Keyed>(value); }
  static Object& object(Value value) noexcept { return record<Object>(value); }
  static ArrayRecord& array(Value value) noexcept { return record<ArrayRecord>(value); }
  static Global& global(Value value) noexcept { return record<Global>(value); }

  static std::int64_t small_integer(Value value) noexcept { return static_cast<std::int64_t>(value.payload_); }
  static double floating(Value value) noexcept { return std::bit_cast<double>(value.payload_); }
  // Content of str, bytes, bytearray, and of an integer of more than 64 bits (two's complement).
  static Bytes content(Value value) noexcept {
    if ((value.flags_ & is_long) != 0 && value.kind_ != ValueKind::integer) {
      const auto& bytes = record<LongBytes>(value);
      return {bytes.data, bytes.size};
    }
    return {address<const std::byte>(value), value.length_};
  }
  // Members of a list, tuple, set or frozenset; keys and values in turn of a dict. Errors as settle.
  static std::span<Value> members(Value value);

  static Document::Impl& impl(Document& document) noexcept { return *document.impl_; }
  static Arena& arena(Document& document) noexcept;
  static Value make_array(Document& document, Array array, Value stand_in);
  static Value make_global(Document& document, Value module_name, Value qualified_name);

  // A str that is a value of its own, unlike Document::str's of one letter. It must be UTF-8.
  static Value new_str(Document& document, std::string_view utf8) {
    return text(document, ValueKind::str, {arena(document).copy(larder::as_bytes(utf8)), utf8.size()});
  }
  // A str, bytes or bytearray whose content already lives in the arena (or in something it keeps).
  static Value text(Document& document, ValueKind kind, Bytes content);
  // Bytes that lie beside the pickle; the arena holds them.
  static Value buffer(Document& document, ValueKind kind, Bytes content) {
    Value value = text(document, kind, content);
    value.flags_ |= is_buffer;
    return value;
  }
  // Bytes that a call in the file gave; `arguments` are its arguments, which other values may share.
  static Value spelled_bytes(Document& document, Bytes content, Value arguments) {
    std::byte* const place = arena(document).allocate(sizeof(Value) + content.size());
    new (place) Value(arguments);
    if (!content.empty()) std::memcpy(place + sizeof(Value), content.data(), content.size());
    Value value = text(document, ValueKind::bytes, {place + sizeof(Value), content.size()});
    value.flags_ |= is_spelled;
    return value;
  }
  // These arguments; null for bytes that the file has as they are.
  static Value* spelling(Value value) noexcept {
    if ((value.flags_ & is_spelled) == 0) return nullptr;
    return reinterpret_cast<Value*>(const_cast<std::byte*>(content(value).data()) - sizeof(Value));
  }
  static bool is_out_of_band(Value value) noexcept { return (value.flags_ & is_buffer) != 0; }
  // Appends a change without a check of the kinds.
  static void add_change(Arena& arena, Object& object, ChangeKind kind, Value value);
  // The value of the last change if that is of this kind; null where it is not.
  static const Value* last_change(const Object& object, ChangeKind kind) noexcept;
  // Appends without a check of the kind.
  static void append(Arena& arena, Sequence& sequence, const Value* values, std::size_t count);
};

}  // namespace larder::internal

namespace larder {

struct Document::Impl {
  explicit Impl(const Limits& limits) : arena(limits.bytes) {}

  internal::Arena arena;
  std::deque<internal::ArrayRecord> arrays;  // the only values with destructors
  std::uint64_t next_serial = 1;
  std::map<std::string, Value, std::less<>> letters;  // the str of at most one Latin-1 letter
  Value root;
};

}  // namespace larder

namespace larder::internal {

inline Arena& Access::arena(Document& document) noexcept { return document.impl_->arena; }

}  // namespace larder::internal
