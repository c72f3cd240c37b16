// Values become a pickle, with the bytes that joblib.dump writes for the same objects.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include <larder/document.h>
#include <larder/writer.h>

#include "formats/pickle/interned.h"
#include "formats/pickle/joblib_array.h"
#include "formats/pickle/output.h"

namespace larder::internal {

// Writes one pickle, without recursion: what is still to be written waits on a stack. Used once.
class PickleWriter {
 public:
  // protocol: 2 to 5. Borrows the Writer.
  PickleWriter(Writer& writer, int protocol)
      : output_(writer, protocol >= 4), protocol_(protocol), arrays_(interned_) {}

  // Error `unsupported` for what the protocol cannot hold. The same array twice is written twice, as joblib does.
  void write(Value root);

 private:
  enum class Kind : std::uint8_t {
    value,      // a value, by a reference where it was memoized
    opcode,     // `code`
    memoize,    // gives `value` the next index
    members,    // members [next, ...) of a list, set or an object's items, in batches
    entries,    // entries [next, ...) of a dict or an object's entries, in batches
    tuple,      // members were written: ends the tuple, or refers to it if it refers to itself
    frozenset,  // likewise
    reduced,    // `value` was made by REDUCE or NEWOBJ: memoizes it, or refers to it if it refers to itself
    elements,   // raw elements of an array
  };
  struct Task {
    Kind kind;
    Opcode code = Opcode::none;
    Value value;
    std::size_t next = 0;
  };

  void push(Kind kind, Value value, Opcode code = Opcode::none, std::size_t next = 0) {
    tasks_.push_back({kind, code, value, next});
  }
  void push_opcode(Opcode code) { push(Kind::opcode, {}, code); }
  void push_value(Value value) { push(Kind::value, value); }
  void push_values(std::span<const Value> values);

  void run(const Task& task);
  void save(Value value);
  void save_integer(Value value);
  void save_str(Value value);
  void save_bytes(Value value);
  void save_bytearray(Value value);
  void save_tuple(Value value);
  void save_set(Value value, Opcode finish, std::string_view name);
  void save_global(Value value);
  void save_object(Value value);
  void push_change(const Change& change);
  void save_array(Value value);
  // callable(*arguments) that makes `value`.
  void save_reduce(Value value, std::string_view module_name, std::string_view qualified_name,
                   std::span<const Value> arguments);

  void continue_members(const Task& task);
  void continue_entries(const Task& task);
  void finish_tuple(Value value);
  void finish_frozenset(Value value);
  void finish_reduced(Value value);

  void memoize(Value value);
  // Writes a reference and returns true if the value was memoized.
  bool refer(Value value);
  void sized(Opcode one_byte, Opcode four_bytes, Opcode eight_bytes, bool has_one_byte, Bytes content);

  Interned interned_;
  PickleOutput output_;
  int protocol_;
  JoblibArrayWriter arrays_;
  std::vector<Task> tasks_;
  std::unordered_map<const void*, std::uint32_t> memo_;
};

}  // namespace larder::internal
