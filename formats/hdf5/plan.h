// The objects of an HDF5 file that is to be made.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <larder/document.h>

namespace larder::internal {

// An object of the file: a group or a dataset.
struct Hdf5Node {
  std::string path{};
  bool is_group = false;
  Value value{};                               // a dataset's
  std::vector<Value> attributes{};             // dicts; the first that has a name counts
  std::map<std::string, Hdf5Node*> members{};  // a group's
  std::uint32_t links = 0;                     // names it has
  std::uint64_t header = 0;                    // address, once it is written
};

// The values under `root`, a dict, as groups and datasets. Error `unsupported`, naming the path: a root that is no
// dict, keys that are no str, names that HDF5 has not, a dict that holds itself. What datasets hold is not looked at.
class Hdf5Plan {
 public:
  explicit Hdf5Plan(Value root);

  // Members before the groups that they are in; the root is last.
  const std::vector<Hdf5Node*>& nodes() const noexcept { return ordered_; }

 private:
  using Open = std::vector<std::pair<Hdf5Node*, Value>>;  // groups, and dicts whose members are still to be put in

  Hdf5Node& make(std::string path, bool is_group);
  void add_members(Hdf5Node& group, Value dict, Open& open);
  void add_member(Hdf5Node& group, std::string_view name, Value value, Value attributes, Open& open);
  // The group that all steps of a name but the last lead to; `name` becomes the last.
  Hdf5Node& parent_of(Hdf5Node& group, std::string_view& name);
  void order();

  std::deque<Hdf5Node> nodes_;
  std::unordered_map<const void*, Hdf5Node*> groups_;
  std::map<std::pair<const void*, const void*>, Hdf5Node*> datasets_;
  std::vector<Hdf5Node*> ordered_;
};

}  // namespace larder::internal
