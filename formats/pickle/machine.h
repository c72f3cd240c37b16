// The pickle machine: opcodes become values. It has no way to import, call or open anything.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <vector>

#include <larder/document.h>
#include <larder/plugin/format.h>

#include "formats/pickle/input.h"
#include "formats/pickle/opcodes.h"

namespace larder::internal {

// The memo: values by index. Dense where pickles are dense, sparse where a file names wild indices.
class Memo {
 public:
  void put(std::uint64_t index, Value value);
  // Error `malformed` where nothing was put.
  Value get(std::uint64_t index) const;
  // Number of entries, which is the index that MEMOIZE uses.
  std::uint64_t size() const noexcept { return entries_; }

 private:
  struct Slot {
    Value value;
    bool used = false;
  };
  std::vector<Slot> dense_;
  std::map<std::uint64_t, Value> sparse_;  // ordered: indices chosen by the file cannot collide
  std::uint64_t entries_ = 0;
};

// Runs one pickle. Not thread-safe; used once.
class PickleMachine {
 public:
  // Called at each BUILD, with an object and the state just set; what it returns replaces the object on the stack
  // (never in the memo).
  using OnBuild = std::function<Value(Value object)>;

  // All is borrowed. `on_build` may be empty. Of the source its limits, its observer and what it says of pickles count.
  PickleMachine(PickleInput& input, Document& document, const ReadSource& source, OnBuild on_build);

  // Reads to STOP and returns the value. Errors: `truncated`, `malformed`, `limit`, `unsupported`.
  Value run();

 private:
  // Opcodes, in groups; each handler leaves the stack right or throws.
  void step(Opcode opcode);
  bool step_scalar(Opcode opcode);
  bool step_text(Opcode opcode);
  bool step_container(Opcode opcode);
  bool step_memo(Opcode opcode);
  bool step_object(Opcode opcode);
  void set_protocol(int protocol);

  // The stack. Nothing below the last mark is in reach.
  void push(Value value) { stack_.push_back(value); }
  Value pop();
  Value& top();
  std::span<const Value> since_mark() const;
  std::span<const Value> last(std::size_t count) const;
  void drop(std::size_t count) { stack_.resize(stack_.size() - count); }
  void drop_to_mark();
  std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }
  // The value right below the last mark.
  Value below_mark() const;

  Value text(ValueKind kind, std::uint64_t size);
  Value python2_string(std::string_view bytes);
  Value long_integer(std::uint64_t size);

  // Nothing to add fits everything, as in CPython.
  void append_all(Value target, std::span<const Value> members);
  void set_all(Value target, std::span<const Value> pairs);
  void add_all(Value target, std::span<const Value> members);
  Value dict_of(std::span<const Value> pairs);

  Value global(std::string_view module_name, std::string_view qualified_name);
  Value persistent_object(Value id);
  // An object that `callable` makes.
  Value call(ObjectForm form, Value callable, Value arguments, Value keywords = {});
  void reduce();
  void new_object(bool with_keywords);
  void build();

  PickleInput& input_;
  Document& document_;
  const ReadSource& source_;
  std::uint64_t at_ = 0;  // offset of the opcode
  OnBuild on_build_;
  std::vector<Value> stack_;
  std::vector<std::size_t> marks_;
  Memo memo_;
  int protocol_ = 0;
  bool stopped_ = false;
};

}  // namespace larder::internal
