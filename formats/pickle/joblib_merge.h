// A pickle from a pickler that knows nothing of joblib, and the arrays it was made without, become a joblib file.
//
// The pickler (CPython's, written in C) is given a memo that holds two objects already:
//   0  what it finds in the place of the class joblib.numpy_pickle.NumpyArrayWrapper
//   1  what it finds in the place of the alignment, the last value of a wrapper's state
// and reduces each array to (object 0, (), state). So an array shows in the opcodes as GET 0, an empty tuple, REDUCE,
// and ends with GET 1, SETITEMS, BUILD, which nothing else can look like: only the pickler has these two objects.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <larder/array.h>
#include <larder/limits.h>
#include <larder/reader.h>
#include <larder/writer.h>

#include "formats/pickle/input.h"
#include "formats/pickle/output.h"

namespace larder::internal {

// One walk through such a pickle. Borrows all it is given. Errors: `malformed`, `truncated`, for what no pickler
// writes.
class JoblibMerge {
 public:
  // protocol: the pickler's, 0 to 5.
  JoblibMerge(Reader& pickle, int protocol, const Limits& limits) : input_(pickle, limits), protocol_(protocol) {}

  // Of each of `count` arrays, whether it is used again after its first place.
  std::vector<bool> find_shared(std::size_t count) &&;

  // Writes the joblib file: joblib's bytes, as far as the pickler writes what Python's own does. arrays: in the order
  // in which the pickler reduced them. An array that is shared is stored once, and put into the memo behind its
  // elements.
  void write(std::span<const Array> arrays, const std::vector<bool>& shared, Writer& writer) &&;

 private:
  // An array that was begun: its place among the arrays and in the pickler's memo.
  struct Begun {
    std::size_t array;
    std::uint64_t memo;
  };

  std::uint64_t index_argument(Opcode opcode);
  void pass_argument(Opcode opcode);
  void begin_array();
  void expect_end();

  void copy(Opcode opcode);
  void copy_counted(Opcode opcode, std::size_t length_size);
  void copy_content(Opcode opcode, Bytes length, std::uint64_t size);
  void put(Opcode opcode);
  void get(std::uint64_t index, std::span<const Array> arrays, const std::vector<bool>& shared);
  void write_class();
  void write_put(std::uint64_t index);
  void write_get(std::uint64_t index);
  void write_index(Opcode text, Opcode small, Opcode large, std::uint64_t index);
  std::uint64_t renumbered(std::uint64_t index) const;

  PickleInput input_;
  PickleOutput* output_ = nullptr;
  int protocol_;
  std::uint64_t memo_ = 2;                      // the pickler's entries so far
  std::uint64_t class_at_ = ~std::uint64_t{0};  // how many of them were there when the class was written
  std::uint64_t class_index_ = 0;               // where the class is in the memo of the file
  std::size_t arrays_ = 0;                      // that were begun
  std::vector<Begun> begun_;  // and have not ended: arrays in the metadata of a dtype lie inside others
};

}  // namespace larder::internal
