#include "tools/tree.h"

#include <algorithm>
#include <unordered_set>
#include <vector>

#include "base/text.h"
#include "document/array_places.h"
#include "document/attributes.h"
#include "tools/describe.h"

namespace larder::tools {

namespace {

std::string numbered_label(std::size_t index) { return internal::join('[', index, ']'); }

Member keyed_member(Value key, Value value) {
  const auto step = internal::path_step(key);
  return step ? Member{*step, true, value} : Member{internal::join("(key ", describe(key), ")"), false, value};
}

struct Open {
  Members members;
  std::size_t next;
  std::size_t most;  // members to visit
  bool reachable;
  std::size_t path_length;  // of the value that is open
};

std::size_t most_of(Value value, const WalkOptions& options) {
  const bool named = value.is(ValueKind::dict) || (value.is(ValueKind::object) && !internal::object_array(value));
  return named ? options.attributes : options.members;
}

}  // namespace

Members::Members(Value value) {
  switch (value.kind()) {
    case ValueKind::list:
    case ValueKind::tuple:
      add(value, Naming::numbered);
      break;
    case ValueKind::set:
    case ValueKind::frozenset:
      add(value, Naming::slot);
      break;
    case ValueKind::dict:
      add(value, Naming::keyed);
      break;
    case ValueKind::object:
      add_object(value);
      break;
    default:
      break;
  }
}

void Members::add_object(Value object) {
  if (auto array = internal::object_array(object)) {
    shape_ = std::move(array->shape);
    return add(array->elements, Naming::element);
  }
  add(object.arguments(), Naming::argument);
  if (object.keywords().is(ValueKind::dict)) add(object.keywords(), Naming::argument);
  const internal::Attributes attributes = internal::attributes_of(object);
  const bool known = !attributes.dict.is_none() || !attributes.slots.is_none();
  if (attributes.dict.is(ValueKind::dict)) add(attributes.dict, Naming::keyed);
  if (attributes.slots.is(ValueKind::dict)) add(attributes.slots, Naming::keyed);
  if (!known && !object.state().is_none()) add(object.state(), Naming::state);
  if (object.items().is(ValueKind::list)) add(object.items(), Naming::numbered);
  if (object.entries().is(ValueKind::dict)) add(object.entries(), Naming::keyed);
}

void Members::add(Value value, Naming naming) {
  const bool whole = naming == Naming::state ||
                     (naming == Naming::argument && !value.is(ValueKind::tuple) && !value.is(ValueKind::dict));
  const std::size_t size = whole ? 1 : value.size();
  if (size == 0) return;
  parts_[part_count_++] = {value, naming, size};
  size_ += size;
}

Member Members::operator[](std::size_t index) const {
  const Part* part = parts_.data();
  for (; index >= part->size; ++part) index -= part->size;
  const Value value = part->value;
  switch (part->naming) {
    case Naming::numbered:
      return {numbered_label(index), true, value[index]};
    case Naming::element:
      if (shape_.empty()) return {"(element)", false, value[index]};
      return {internal::element_step(shape_, index), true, value[index]};
    case Naming::keyed:
      return keyed_member(value.key(index), value.value(index));
    case Naming::slot:
      return {"(member)", false, value[index]};
    case Naming::argument:
      if (value.is(ValueKind::tuple)) return {internal::join("(argument ", index, ")"), false, value[index]};
      if (value.is(ValueKind::dict))
        return {internal::join("(argument ", describe(value.key(index)), ")"), false, value.value(index)};
      return {"(argument)", false, value};
    case Naming::state:
      break;
  }
  return {"(state)", false, value};
}

void walk(Value root, const WalkOptions& options, const std::function<void(const Node&)>& visit) {
  std::vector<Open> open;
  std::unordered_set<const void*> entered;
  std::string path;
  const auto enter = [&](Node node) {
    const bool reachable = node.path.has_value();
    Members members(node.value);
    const bool closed = members.size() == 0 || (options.fold && is_short(node.value));
    node.repeated = !closed && !entered.insert(node.value.identity()).second;
    const bool goes_on = !closed && !node.repeated;
    visit(node);
    if (goes_on && node.depth < options.depth) {
      open.push_back({std::move(members), 0, most_of(node.value, options), reachable, path.size()});
    } else if (goes_on) {
      visit({.value = {},
             .label = {},
             .path = {},
             .depth = node.depth + 1,
             .repeated = false,
             .left_out = members.size()});
    }
  };
  enter({.value = root, .label = {}, .path = "", .depth = 0, .repeated = false, .left_out = 0});
  while (!open.empty()) {
    Open& top = open.back();
    const std::size_t depth = open.size();
    path.resize(top.path_length);
    if (top.next == top.members.size()) {
      open.pop_back();
    } else if (top.next == top.most) {
      visit({.value = {},
             .label = {},
             .path = {},
             .depth = depth,
             .repeated = false,
             .left_out = top.members.size() - top.next});
      open.pop_back();
    } else {
      Member member = top.members[top.next++];
      const bool reachable = top.reachable && member.reachable;
      if (reachable) internal::append_path_step(path, member.label);
      enter({.value = member.value,
             .label = std::move(member.label),
             .path = reachable ? std::optional(path) : std::nullopt,
             .depth = depth,
             .repeated = false,
             .left_out = 0});
    }
  }
}

bool is_short(Value value) {
  if (internal::numpy_scalar(value)) return true;
  if (!value.is(ValueKind::list) && !value.is(ValueKind::tuple)) return false;
  if (value.size() > 8) return false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const Value member = value[i];
    if (member.kind() > ValueKind::bytearray || (member.kind() >= ValueKind::str && member.size() > 40)) return false;
  }
  return true;
}

}  // namespace larder::tools
