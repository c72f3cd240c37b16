#include "formats/hdf5/plan.h"

#include "base/text.h"
#include "formats/hdf5/attributes.h"

namespace larder::internal {

namespace {

[[noreturn]] void refuse(const std::string& path, std::string_view what) {
  fail(ErrorKind::unsupported, "an HDF5 file cannot hold ", internal::quoted(path), ": ", what);
}

void add_attributes(Hdf5Node& node, Value attributes) {
  if (attributes.is_none()) return;
  if (!attributes.is(ValueKind::dict)) refuse(node.path, "attributes that are no dict");
  node.attributes.push_back(attributes);
}

std::string_view checked_name(const Hdf5Node& group, std::string_view name) {
  if (name.empty() || name == "." || name.find('\0') != std::string_view::npos)
    refuse(join(group.path, name), "that is no name");
  return name;
}

}  // namespace

Hdf5Plan::Hdf5Plan(Value root) {
  if (!root.is(ValueKind::dict))
    fail(ErrorKind::unsupported, "an HDF5 file holds a dict of arrays, not a ", name_of(root.kind()));
  Hdf5Node& top = make("", true);
  top.links = 1;
  groups_[root.identity()] = &top;
  Open open = {{&top, root}};
  while (!open.empty()) {
    const auto [group, dict] = open.back();
    open.pop_back();
    add_members(*group, dict, open);
  }
  order();
}

Hdf5Node& Hdf5Plan::make(std::string path, bool is_group) {
  Hdf5Node& node = nodes_.emplace_back();
  node.path = std::move(path);
  node.is_group = is_group;
  return node;
}

void Hdf5Plan::add_members(Hdf5Node& group, Value dict, Open& open) {
  const std::optional<Value> attributes = dict.find(hdf5_attributes);
  if (attributes && !attributes->is(ValueKind::dict)) refuse(group.path, "its @attributes are no dict");
  add_attributes(group, attributes_of_hdf5(dict, "."));
  for (std::size_t i = 0; i < dict.size(); ++i) {
    if (!dict.key(i).is(ValueKind::str)) refuse(group.path, "a key that is no str");
    const std::string_view name = dict.key(i).as_str();
    if (name == hdf5_attributes) continue;
    add_member(group, name, dict.value(i), attributes_of_hdf5(dict, name), open);
  }
}

Hdf5Node& Hdf5Plan::parent_of(Hdf5Node& group, std::string_view& name) {
  Hdf5Node* parent = &group;
  for (std::size_t slash = name.find('/'); slash != std::string_view::npos; slash = name.find('/')) {
    Hdf5Node*& next = parent->members[std::string(checked_name(*parent, name.substr(0, slash)))];
    if (next == nullptr) {
      next = &make(join(parent->path, name.substr(0, slash), "/"), true);
      next->links = 1;
    }
    if (!next->is_group) refuse(next->path, "it is a dataset, and a part of another name");
    parent = next;
    name.remove_prefix(slash + 1);
  }
  return *parent;
}

void Hdf5Plan::add_member(Hdf5Node& group, std::string_view name, Value value, Value attributes, Open& open) {
  Hdf5Node& parent = parent_of(group, name);
  Hdf5Node*& place = parent.members[std::string(checked_name(parent, name))];
  const std::string path = join(parent.path, name);
  const bool is_group = value.is(ValueKind::dict);
  if (place != nullptr && is_group && place->is_group && !groups_.contains(value.identity())) {
    groups_[value.identity()] = place;  // other names have put members into it
    open.emplace_back(place, value);
    return;
  }
  if (place != nullptr) refuse(path, "two values have that name");
  Hdf5Node*& known = is_group ? groups_[value.identity()] : datasets_[{value.identity(), attributes.identity()}];
  if (known == nullptr || value.identity() == nullptr) {
    known = &make(is_group ? path + "/" : path, is_group);
    known->value = value;
    if (is_group) open.emplace_back(known, value);
    add_attributes(*known, attributes);
  }
  ++known->links;
  place = known;
}

void Hdf5Plan::order() {
  enum class State { entered, done };
  std::unordered_map<Hdf5Node*, State> states;
  std::vector<Hdf5Node*> open = {&nodes_.front()};
  while (!open.empty()) {
    Hdf5Node* const node = open.back();
    const auto [state, is_new] = states.emplace(node, State::entered);
    if (!is_new) {
      if (state->second == State::entered) ordered_.push_back(node);
      state->second = State::done;
      open.pop_back();
      continue;
    }
    for (const auto& [name, member] : node->members) {
      const auto known = states.find(member);
      if (known == states.end())
        open.push_back(member);
      else if (known->second == State::entered)
        refuse(node->path + name, "the dict holds itself");
    }
  }
}

}  // namespace larder::internal
