// HDF5's soft links: members of a group that are the name of another object.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <larder/document.h>

namespace larder::internal {

// Collects the links of a file and gives them the values of what they lead to, once all else is read.
class Hdf5SoftLinks {
 public:
  // target: a path from the root. The member is None until it is resolved.
  void add(Document& document, Value group, std::string_view name, std::string target);

  // What the links lead to, "group/member" each.
  std::vector<std::string> targets() const;

  // Datasets, with their attributes, under the names of the links to them. What leads nowhere, or in a circle, stays
  // None, and `warn` is told. Error `unsupported` for a link to a group.
  void resolve(Document& document, Value root, const std::function<void(std::string_view)>& warn);

 private:
  enum class State { waiting, entered, found, nowhere };
  struct Link {
    Value group;
    std::string name;
    std::string target;
    State state = State::waiting;
  };
  struct Target {
    Value value{};
    Value attributes{};
    std::optional<std::size_t> link{};  // it is one itself
  };

  std::optional<Target> follow(Value root, std::string_view path) const;
  void settle(Document& document, Link& link, const std::optional<Target>& target) const;

  std::vector<Link> links_;
  std::map<std::pair<const void*, std::string>, std::size_t, std::less<>> by_place_;  // group and name
};

}  // namespace larder::internal
