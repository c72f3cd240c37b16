// Where the arrays of a value are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <larder/document.h>

namespace larder::internal {

struct ArrayPlace {
  Value array;
  // The path by which find_path gets to this very array; nothing where none does (an argument of a call, a member of a
  // set) or where it would be longer than 1000 bytes.
  std::optional<std::string> path;
};

// Each array below `root` once, in the order in which a file holds them. Nothing recurses.
std::vector<ArrayPlace> array_places(Value root);

// The step of a path that leads from a dict or an object to what it keeps under `key`: "name", "[7]", "['a key']".
// Nothing where no path can say it, or where it would be longer than some 200 bytes.
std::optional<std::string> path_step(Value key);

// The steps that lead from an array of Python objects, which has axes, to its element of that number: "[1][0]".
std::string element_step(const Shape& shape, std::size_t index);

// Goes one step further.
void append_path_step(std::string& path, std::string_view step);

}  // namespace larder::internal
