// The pickle machine: opcodes become values. It has no way to import, call or open anything.
#pragma once

#include <cstdint>
#include <vector>

#include <larder/document.h>
#include <larder/plugin/format.h>

#include "formats/pickle/hooks.h"
#include "formats/pickle/input.h"
#include "formats/pickle/memo.h"
#include "formats/pickle/numpy_array.h"
#include "formats/pickle/opcodes.h"
#include "formats/pickle/python2_strings.h"

namespace larder::internal {

// Runs one pickle. Not thread-safe; used once.
class PickleMachine {
 public:
  // All but the hooks is borrowed.
  PickleMachine(PickleInput& input, Document& document, const ReadSource& source, PickleReadHooks hooks = {});

  // Reads to STOP and returns the value. Errors: `truncated`, `malformed`, `limit`, `unsupported`.
  Value run();

  // The highest protocol that the pickle said it has; 0 where it said none.
  int protocol() const noexcept { return protocol_; }

 private:
  Value run_to_stop();
  // Opcodes that are not in the hot loop; each leaves the stack right or throws.
  void step(Opcode opcode);
  void step_text(Opcode opcode);
  void step_object(Opcode opcode);
  void set_protocol(int protocol);

  // The stack. Nothing below the last mark is in reach.
  void push(Value value) { stack_.push_back(value); }
  Value pop() {
    const Value value = top();
    stack_.pop_back();
    return value;
  }
  Value& top() {
    if (stack_.size() <= floor_) fail(ErrorKind::malformed, "the stack is empty");
    return stack_.back();
  }
  void mark();
  std::span<const Value> since_mark() const;
  std::span<const Value> last(std::size_t count) const {
    if (stack_.size() - floor_ < count) fail(ErrorKind::malformed, "the stack holds fewer than ", count, " values");
    return std::span(stack_).last(count);
  }
  void drop(std::size_t count) { stack_.resize(stack_.size() - count); }
  void drop_to_mark();
  void replace(std::size_t count, Value value);
  void replace_to_mark(Value value);
  void drop_top();
  // The value right below the last mark.
  Value below_mark() const;

  Value short_str(std::size_t size);
  Value text(ValueKind kind, std::uint64_t size);
  Bytes content(ValueKind kind, std::uint64_t size);
  Value long_integer(std::uint64_t size);
  Value next_buffer();
  void make_read_only();

  // Nothing to add fits everything, as in CPython.
  void append_all(Value target, std::span<const Value> members);
  void set_all(Value target, std::span<const Value> pairs);
  void add_all(Value target, std::span<const Value> members);
  Value dict_of(std::span<const Value> pairs);

  Value global(std::string_view module_name, std::string_view qualified_name);
  Value global(Value module_name, Value qualified_name);
  Value persistent_object(Value id);
  // Every call goes through here: checks it, and tells the observer.
  void announce_call(ObjectForm form, Value callable, Value arguments, Value keywords);
  // An object that `callable` makes.
  Value call(ObjectForm form, Value callable, Value arguments, Value keywords = {});
  void reduce();
  void new_object(bool with_keywords);
  void build();

  PickleInput& input_;
  Document& document_;
  Arena& arena_;
  const ReadSource& source_;
  PickleReadHooks hooks_;
  Python2StringReader python2_strings_;
  NumpyArrayReader arrays_;
  std::vector<Value> stack_;
  std::vector<std::size_t> marks_;
  std::size_t floor_ = 0;  // the last mark
  Memo memo_;
  std::size_t next_buffer_ = 0;
  int protocol_ = 0;
};

}  // namespace larder::internal
