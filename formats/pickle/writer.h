// Values become a pickle: with the bytes that CPython's own pickler writes for the same objects, or joblib.dump.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <larder/document.h>
#include <larder/plugin/format.h>
#include <larder/writer.h>

#include "formats/pickle/array_writer.h"
#include "formats/pickle/hooks.h"
#include "formats/pickle/interned.h"
#include "formats/pickle/output.h"
#include "formats/pickle/scalar_writer.h"
#include "formats/pickle/written.h"

namespace larder::internal {

// Whose bytes are written. The two picklers end long dicts, sets and lists differently, and joblib puts the elements of
// arrays between the opcodes.
enum class PickleStyle : std::uint8_t { cpython, joblib };

// Writes one pickle, without recursion: what is still to be written waits on a stack. Used once.
class PickleWriter {
 public:
  // options.protocol: 0 to 5, resolved. All but the hooks is borrowed.
  PickleWriter(Writer& writer, PickleStyle style, const WriteOptions& options, PickleWriteHooks hooks = {});

  // Error `unsupported` for what the protocol cannot hold.
  void write(Value root);

 private:
  enum class Kind : std::uint8_t {
    value,      // a value, by a reference where it was memoized
    opcode,     // `code`
    memoize,    // gives `value` the next index
    members,    // of a list, set or of what is added to an object, in batches; `code` ends a batch
    entries,    // of a dict or of what is set in an object, in batches
    tuple,      // members of a tuple, then the tuple, or a reference to it if it refers to itself
    frozenset,  // likewise
    reduced,    // `value` was made by a call: memoizes it, or refers to it if it refers to itself
    wrapper,    // BUILD of what stands for an array in a joblib file, after padding for its alignment
    elements,   // raw elements of an array
    nested,     // a pickle of its own
  };
  struct Task {
    Kind kind = Kind::value;
    Opcode code = Opcode::none;
    bool exact = false;    // a list, dict or set itself: CPython's pickler has a loop of its own for these
    bool open = false;     // inside a batch
    bool alone = false;    // a batch of one, without a mark
    std::size_t next = 0;  // member or slot; of `reduced`: tasks below it that stay in any case
    std::size_t stop = 0;  // end of the batch
    Value value{};
  };

  // A text of one letter, and whether it is part of a spelling of bytes that the document did not have.
  struct Letter {
    Value value;
    bool encoded = false;
  };

  void push(Kind kind, Value value, Opcode code = Opcode::none) {
    Task task;
    task.kind = kind;
    task.code = code;
    task.value = value;
    tasks_.push_back(task);
  }
  void push_sequence(Kind kind, Value value, Opcode code, bool exact);
  // `below`: how many tasks wait that have nothing to do with what happens to the value once it is made.
  void push_reduced(Value value, std::size_t below) {
    push(Kind::reduced, value);
    tasks_.back().next = below;
  }
  void push_opcode(Opcode code) { push(Kind::opcode, {}, code); }
  void push_value(Value value) { push(Kind::value, value); }
  void push_values(std::span<const Value> values);

  void run();
  void run_once(const Task& task);
  void continue_batches(std::size_t at);
  void continue_members(std::size_t at);
  bool next_batch(Task& task, std::size_t slots);
  void finish(const Task& task);

  void save(Value value);
  void save_str(Value value);
  void save_bytes(Value value);
  void save_bytearray(Value value);
  void save_buffer(Value value);
  void save_list(Value value);
  void save_dict(Value value);
  void save_tuple(Value value);
  void save_set(Value value, std::string_view name);
  void finish_tuple(Value value);
  void finish_frozenset(Value value);
  void finish_reduced(const Task& task);

  void save_global(Value value);
  void save_object(Value value);
  void save_call(Value value);
  void save_persistent_id(Value id);
  void save_extension(Value code);
  void push_change(const Change& change);
  void save_array(Value value);
  // Whether something else stands for the value: then that was saved.
  bool save_stand_in(Value value);
  void save_wrapped(Value value, Value wrapper, Kind payload);
  // callable(*arguments) that makes `value`.
  void save_reduce(Value value, std::string_view module_name, std::string_view qualified_name,
                   std::span<const Value> arguments);
  void save_reduce(Value value, Value callable, Value arguments);
  void build_wrapper();
  void write_payload(Value array);
  void write_nested(Value object);

  Value encoded_letter(const std::string& text);
  Value letter(Value value);
  void memoize(Value value);
  void write_index(std::uint32_t index);
  // Writes a reference and returns true if the value was memoized.
  bool refer(Value value);

  PickleStyle style_;
  const WriteOptions& options_;
  PickleWriteHooks hooks_;
  int protocol_;
  Interned interned_;
  PickleOutput output_;
  ScalarWriter scalars_;
  ArrayWriter arrays_;
  std::vector<Task> tasks_;
  Written written_;
  std::map<std::string, Letter> letters_;
};

}  // namespace larder::internal
