// Walking through a value as a tree of named members.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <larder/document.h>

namespace larder::tools {

// A member and the step of a path that leads to it: "name", "[0]", ["a key"]; or, where no path can, words in
// parentheses.
struct Member {
  std::string label;
  bool reachable;  // find_path understands the label
  Value value;
};

// The members of a value: of containers what they contain; of numpy arrays of Python objects their elements; of other
// objects the call's arguments, attributes, items and entries.
class Members {
 public:
  explicit Members(Value value);

  std::size_t size() const noexcept { return size_; }
  Member operator[](std::size_t index) const;

 private:
  enum class Naming { numbered, element, keyed, argument, slot, state };
  struct Part {
    Value value;
    Naming naming = Naming::numbered;
    std::size_t size = 0;
  };
  void add(Value value, Naming naming);
  void add_object(Value object);

  std::array<Part, 6> parts_{};
  std::size_t part_count_ = 0;
  std::size_t size_ = 0;
  Shape shape_;  // of an array of Python objects
};

// A place in the tree.
struct Node {
  Value value;
  std::string label;                // empty for the root
  std::optional<std::string> path;  // for find_path; nothing where no path leads here
  std::size_t depth = 0;
  bool repeated = false;     // the walk has been at this very object before; its members are not shown again
  std::size_t left_out = 0;  // more than 0: no value, but that many members of the node above that are not shown
};

struct WalkOptions {
  std::size_t depth = 5;        // levels below the root
  std::size_t members = 10;     // of a list, tuple, set or frozenset
  std::size_t attributes = 60;  // of an object or dict
  bool fold = true;             // what describe() shows well in one line is not opened: is_short()
};

// Calls visit for the root and then for what is below it, parents before members. Nothing recurses; cycles and shared
// values are entered once.
void walk(Value root, const WalkOptions& options, const std::function<void(const Node&)>& visit);

// Whether describe() says in one line what matters: lists and tuples of at most 8 scalars, numpy's scalars.
bool is_short(Value value);

}  // namespace larder::tools
