// The opcodes of a joblib file for an unpickler that knows nothing of the arrays between them.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <larder/bytes.h>
#include <larder/limits.h>
#include <larder/reader.h>

#include "formats/pickle/input.h"
#include "formats/pickle/opcodes.h"

namespace larder::internal {

// Hands out a pickle in pieces that end between opcodes, and behind each BUILD of an object that stands for an array,
// so that its elements can be read where they lie. Such objects are found by following the opcodes on a stack of kinds,
// without making anything. An array that was read takes its object's place through a persistent id: the next piece
// begins with BINPERSID.
//
// Borrows the Reader, which is behind the piece whenever `next` has returned. Used for one pickle.
class JoblibSplit {
 public:
  JoblibSplit(Reader& reader, const Limits& limits) : input_(reader, limits) {}

  enum class End : std::uint8_t {
    more,     // between two opcodes
    content,  // `content_size` bytes follow, which the last opcode asks for: the caller reads them from the Reader
    wrapper,  // behind BUILD of what may be a wrapper: its class decides
    stop,     // behind STOP
  };

  // Replaces `piece`. Errors: `truncated`, `malformed`, `limit`.
  End next(std::vector<std::byte>& piece);

  std::uint64_t content_size() const noexcept { return content_size_; }

  // What the last piece built was a wrapper, and its array was read from the Reader.
  void array_was_read() noexcept { replaces_ = true; }

  // Arguments of so many bytes are left to the caller. (CPython's unpickler asks for them at once.)
  static constexpr std::uint64_t smallest_content = std::uint64_t{128} << 10;

 private:
  // What is on the stack.
  enum class Kind : std::uint8_t {
    other,
    name,  // a text that is the name of a wrapper's class
    wrapper_class,
    class_in_tuple,  // a tuple that begins with it: the arguments of copyreg._reconstructor
    wrapper,
  };

  End cut(std::vector<std::byte>& piece);
  bool take_argument(Opcode opcode, std::vector<std::byte>& piece);
  void take_text(Opcode opcode, Bytes text);
  void take_lines(Opcode opcode, std::vector<std::byte>& piece);
  bool follow(Opcode opcode);
  void follow_memo(Opcode opcode);
  void follow_marked(Opcode opcode);

  void push(Kind kind) { stack_.push_back(kind); }
  void need(std::size_t count) const;
  void replace(std::size_t count, Kind kind);
  void drop_to_mark();
  void put(std::uint64_t index);
  Kind memoized(std::uint64_t index) const;

  PickleInput input_;
  std::vector<Kind> stack_;
  std::vector<std::size_t> marks_;
  Kind argument_ = Kind::other;                    // what the opcode's argument makes
  std::uint64_t index_ = 0;                        // or which entry of the memo it names
  std::unordered_map<std::uint64_t, Kind> memo_;   // entries that are of interest
  std::uint64_t memo_size_ = 0;                    // entries 0 to this are there
  std::unordered_set<std::uint64_t> memo_beyond_;  // and these
  std::uint64_t content_size_ = 0;
  bool replaces_ = false;
};

}  // namespace larder::internal
