// Any value as arrays by name: what files of arrays make of nested dicts, lists and objects.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <larder/document.h>

#include "document/named_arrays.h"

namespace larder::internal {

// What has no place in a file, and where it stands: "'model.epoch': int". The first thousand, and how many there are.
struct LeftOut {
  std::vector<std::string> first{};
  std::uint64_t count = 0;

  // name: empty for the whole.
  void add(std::string_view name, Value value);
};

// The name of what stands under `key` in the value called `prefix`: "prefix.key", "prefix[7]". Nothing for keys that
// are neither str nor int.
std::optional<std::string> member_name(std::string_view prefix, Value key);

// What an array is called that is the whole value, as numpy.savez calls it.
inline constexpr std::string_view unnamed_array = "arr_0";

struct ArrayNames {
  std::vector<NamedArray> arrays{};
  LeftOut others{};
};

// All arrays below `root`, each by its name: the keys of dicts and attributes that lead to it between dots, the numbers
// of lists in brackets; keys are taken as they are, so that "layer.0.weight" of a state_dict stays what it is. An array
// at two places has two names; one that is the whole value is `unnamed_array`. `others` has what
// is no array and no dict, list or tuple on the way to one; objects, and values without any array, as a whole.
// Error `limit` for more than a million names, or 256 MiB of them.
ArrayNames names_of_arrays(Value root);

// What stands under the name: of a dict (an OrderedDict too), the entry with this key; or where its parts between
// slashes lead through dicts in dicts; else where the path leads. Error `usage` as find_path.
std::optional<Value> find_named(Value root, std::string_view name);

}  // namespace larder::internal
