// Document and Value: what a file holds, as data.
//
// A `Document` owns a graph of Python values in one arena. A `Value` is a 16-byte view of one of them. What Python
// shared stays shared, cycles included. Nothing here recurses, so depth costs nothing, and freeing a Document is
// freeing its arena.
#pragma once

#include <complex>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <larder/array.h>
#include <larder/bytes.h>
#include <larder/export.h>
#include <larder/limits.h>

namespace larder {

class Document;
namespace internal {
struct Access;
}

enum class ValueKind : std::uint8_t {
  none,
  boolean,
  integer,  // of any size
  floating,
  complex,
  str,  // UTF-8, in which lone surrogates are encoded as any other code point (Python's surrogatepass)
  bytes,
  bytearray,
  list,
  tuple,
  dict,
  set,
  frozenset,
  array,   // a numpy array
  global,  // a reference to a Python class or function, by module and name; never imported
  object,  // what Python would make by calling something: kept as the call's parts, never called
};

// The kind's Python name, such as "float" for `floating`. Thread-safe.
LARDER_API std::string_view name_of(ValueKind kind) noexcept;

// How an `object` comes to be in Python.
enum class ObjectForm : std::uint8_t {
  reduce,         // callable(*arguments)
  newobj,         // callable.__new__(callable, *arguments)
  newobj_ex,      // callable.__new__(callable, *arguments, **keywords)
  instance,       // a Python 2 class instance: callable(*arguments)
  persistent_id,  // the application's own reference: arguments is the id; no callable
  extension,      // copyreg's code: arguments is the number; no callable
};

// What happens to an `object` after it was made, as far as Python would do it.
enum class ChangeKind : std::uint8_t {
  append,  // its `append` or `extend` gets each member of `value`, a list
  insert,  // `object[key] = value` for each entry of `value`, a dict
  add,     // its `add` gets each member of `value`, a list
  state,   // `value` is what __setstate__ or __dict__ gets
  call,    // `value`, an object, is a call with this object as its first argument; its result is dropped
};

struct Change;

// A view of one value. Copying is free. Valid as long as its Document; None, bool, float and integers of up to 64 bits
// need none.
//
// Thread-safety: reading is safe from any number of threads as long as nobody changes the Document.
// A question that the kind does not answer is Error `usage`, naming the kind that is there. The first question to a
// dict that was loaded makes its index: Error `limit` where the Document may not hold that much.
class LARDER_API Value {
 public:
  // None.
  constexpr Value() noexcept = default;
  static constexpr Value none() noexcept { return {}; }
  static Value boolean(bool value) noexcept;
  static Value integer(std::int64_t value) noexcept;
  static Value floating(double value) noexcept;

  ValueKind kind() const noexcept { return kind_; }
  bool is(ValueKind kind) const noexcept { return kind_ == kind; }
  bool is_none() const noexcept { return kind_ == ValueKind::none; }

  bool as_bool() const;
  // An integer that fits; Error `limit` where it does not.
  std::int64_t as_int() const;
  bool fits_int64() const noexcept;  // an integer of at most 64 bits
  // An integer of any size in two's complement, little-endian, without redundant sign bytes (0 is no bytes).
  std::string int_bytes() const;
  // In decimal. Error `limit` beyond `most_digits` (so that hostile numbers cost no time).
  std::string int_text(std::size_t most_digits = 4300) const;
  double as_float() const;
  std::complex<double> as_complex() const;
  std::string_view as_str() const;
  Bytes as_bytes() const;  // bytes and bytearray

  // Bytes of a str, bytes or bytearray; members of a list, tuple, set or frozenset; entries of a dict.
  std::size_t size() const;
  bool empty() const { return size() == 0; }
  // Member of a list, tuple, set or frozenset (in stored order); Error `usage` outside.
  Value operator[](std::size_t index) const;
  // Key and value of a dict's entry, in insertion order; Error `usage` outside.
  Value key(std::size_t index) const;
  Value value(std::size_t index) const;
  // A dict's value, or a set's member, for a key that is equal as Python defines it (1 == True == 1.0); nothing where
  // there is none.
  std::optional<Value> find(Value key) const;
  std::optional<Value> find(std::string_view key) const;

  const Array& as_array() const;
  // The class that the file says an array is of, a global: numpy.ndarray, numpy.matrix... None where it says nothing.
  Value array_class() const;

  // Of a global.
  std::string_view module_name() const;
  std::string_view qualified_name() const;

  // Of an object.
  ObjectForm form() const;
  Value callable() const;   // usually a global
  Value arguments() const;  // a tuple, or the id
  Value keywords() const;   // a dict, or None
  // All that happens to it afterwards, in order. Python's own picklers write at most one of each kind: append,
  // insert, state or call.
  std::span<const Change> changes() const;
  // The value of the first change of that kind, or None.
  Value items() const;    // append: a list
  Value entries() const;  // insert: a dict
  Value state() const;    // state

  // Whether both are one object in Python (`is`), for values that have an identity; scalars compare by value.
  bool same_as(Value other) const noexcept;
  // What tells objects apart: the address of the stored value; null for None, bool, integers of up to 64 bits and
  // float.
  const void* identity() const noexcept;

 private:
  friend struct internal::Access;
  ValueKind kind_ = ValueKind::none;
  std::uint8_t flags_ = 0;
  std::uint32_t length_ = 0;
  std::uint64_t payload_ = 0;
};

// One thing that happens to an object. A plain value; its Value belongs to the object's Document.
struct Change {
  ChangeKind kind;
  Value value;
};

// An owner of values.
//
// Movable. Not thread-safe for changes. Values given to it (as members, keys, root) must be its own or need no
// Document; `copy` brings in others.
class LARDER_API Document {
 public:
  // limits.bytes bounds what the Document may hold on the heap (Error `limit`).
  explicit Document(const Limits& limits = {});
  ~Document();
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;

  Value root() const noexcept;
  void set_root(Value value) noexcept;

  // New values. Texts and bytes are copied; a str of at most one Latin-1
  // letter is always the same value, as in CPython. `str` must be UTF-8 (surrogates allowed): Error `malformed` with
  // the place.
  Value str(std::string_view utf8);
  Value bytes(Bytes content);
  Value bytearray(Bytes content);
  // From two's complement, little-endian, of any length.
  Value integer(Bytes twos_complement);
  Value complex(std::complex<double> value);
  Value array(Array array);
  Value list(std::span<const Value> members = {});
  Value tuple(std::span<const Value> members = {});
  Value dict();
  Value set();
  Value frozenset(std::span<const Value> members = {});
  Value global(std::string_view module_name, std::string_view qualified_name);
  Value object(ObjectForm form, Value callable, Value arguments, Value keywords = {});

  // Changes. Error `usage` for another kind; `malformed` for a key or member that Python cannot hash (a list, say).
  void append(Value list, Value member);
  // Replaces a member of a list; Error `usage` outside.
  void set_item(Value list, std::size_t index, Value member);
  // A later value for an equal key replaces the earlier one and keeps the earlier key, as in Python.
  void insert(Value dict, Value key, Value value);
  // Removes the entry with an equal key and returns true; false where there is none. Takes time in proportion to the
  // dict's size.
  bool erase(Value dict, Value key);
  void add(Value set, Value member);
  // The first state, replaced where there is one already.
  void set_state(Value object, Value state);
  // What is appended or inserted joins the last change if that is of the same kind, else it is one of its own.
  void append_item(Value object, Value item);
  void insert_entry(Value object, Value key, Value value);
  // One more change: `value` as ChangeKind says, Error `usage` for another kind of value.
  void add_change(Value object, ChangeKind kind, Value value);

  // A deep copy of another Document's value (or this one's), sharing and cycles kept; arrays share their bytes.
  Value copy(Value value);

  // Bytes that the arena holds; arrays not counted.
  std::uint64_t memory() const noexcept;

 private:
  friend struct internal::Access;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Whether Python's `==` would find them equal, arrays by dtype, shape and elements, globals by name, objects part by
// part; NaN equals NaN, so that a file equals itself. Cycles are followed once. Error `limit` where shared values would
// have to be compared more than a hundred million times.
LARDER_API bool equal(Value a, Value b);

struct JsonOptions {
  bool pretty = false;             // over several lines, two spaces a level
  std::size_t array_items = 1000;  // arrays of more elements are described (dtype, shape), not listed
  Limits limits{};                 // depth and `text`
};

// The value as JSON. What JSON lacks is an object with one key that starts with "$": {"$bytes": base64}, {"$tuple":
// [...]}, {"$set": [...]},
// {"$complex": [re, im]}, {"$float": "nan"}, {"$dict": [[key, value], ...]} where a key is no str, {"$array": {dtype,
// shape, data}}, {"$scalar": {dtype, data}} for numpy's, {"$global": "module.name"}, {"$object": {...}},
// {"$cycle": n} for the value n levels up. Lone surrogates are \ud800 escapes. Error `limit` beyond Limits::text or
// Limits::depth.
LARDER_API std::string to_json(Value value, const JsonOptions& options = {});

// The globals that a Python loader would import for `root`, each once as "module.name", in the order of their first
// appearance; without the classes that only stand for arrays in the file (numpy's and joblib's own).
LARDER_API std::vector<std::string> globals_of(Value root);

// The value that `path` leads to: names and [indices], such as  steps[0][1].coef_  or  ["a key"].x ; "" is the root
// itself. A name is a dict's key or an object's attribute (in its state, slots included); a number is an index of a
// list or tuple, or an integer key. A numpy array of Python objects takes one number for each axis. Nothing where the
// path leads nowhere; Error `usage` for a path that is no path.
LARDER_API std::optional<Value> find_path(Value root, std::string_view path);

}  // namespace larder
