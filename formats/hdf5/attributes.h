// Attributes of HDF5 objects: in the dict of their group, under a name that no member may have.
#pragma once

#include <string_view>

#include <larder/document.h>

namespace larder::internal {

// The name under which a group's dict has the attributes: a dict of name to their dict, "." for the group's own.
inline constexpr std::string_view hdf5_attributes = "@attributes";

// Those of a member of the group; None where it has none.
inline Value attributes_of_hdf5(Value group, std::string_view member) {
  const std::optional<Value> all = group.find(hdf5_attributes);
  const std::optional<Value> found = all && all->is(ValueKind::dict) ? all->find(member) : std::nullopt;
  return found.value_or(Value::none());
}

inline void set_hdf5_attributes(Document& document, Value group, std::string_view member, Value attributes) {
  std::optional<Value> all = group.find(hdf5_attributes);
  if (!all) {
    all = document.dict();
    document.insert(group, document.str(hdf5_attributes), *all);
  }
  document.insert(*all, document.str(member), attributes);
}

}  // namespace larder::internal
