#include "document/array_names.h"

#include <array>
#include <unordered_map>
#include <unordered_set>

#include "base/text.h"
#include "document/array_places.h"
#include "document/attributes.h"

namespace larder::internal {

namespace {

constexpr std::size_t most_shown = 1000;
constexpr std::size_t longest_shown = 200;  // bytes of a name, or of a class
constexpr std::size_t most_names = 1'000'000;
constexpr std::size_t most_name_bytes = std::size_t{256} << 20;
constexpr std::size_t most_visits = 100'000'000;

std::string kind_text(Value value) {
  switch (value.kind()) {
    case ValueKind::array:
      return "array of " + value.as_array().dtype().name().substr(0, longest_shown);
    case ValueKind::list:
    case ValueKind::tuple:
    case ValueKind::dict:
    case ValueKind::set:
    case ValueKind::frozenset:
      return join(name_of(value.kind()), ", ", value.size(), value.size() == 1 ? " item" : " items");
    case ValueKind::global:
      return "reference to " + quoted(join(value.module_name(), '.', value.qualified_name()), longest_shown);
    case ValueKind::object: {
      const Value named = class_of_object(value);
      if (named.is_none()) return "object";
      const std::string name = quoted(join(named.module_name(), '.', named.qualified_name()), longest_shown);
      return name.substr(1, name.find_last_of('\'') - 1);
    }
    default:
      return std::string(name_of(value.kind()));
  }
}

// What a value is made of and has a name for, in stored order.
class Members {
 public:
  explicit Members(Value value) {
    if (const auto entries = entries_of(value)) {
      add(*entries);
    } else if (value.is(ValueKind::list) || value.is(ValueKind::tuple)) {
      add(value);
    } else if (value.is(ValueKind::object)) {
      add_object(value);
    }
  }

  std::size_t size() const noexcept { return size_; }

  Value operator[](std::size_t index) const {
    const Value part = part_with(index);
    return part.is(ValueKind::dict) ? part.value(index) : part[index];
  }

  std::optional<std::string> name(std::string_view prefix, std::size_t index) const {
    if (!shape_.empty()) return join(prefix, element_step(shape_, index));
    const Value part = part_with(index);
    return member_name(prefix,
                       part.is(ValueKind::dict) ? part.key(index) : Value::integer(static_cast<std::int64_t>(index)));
  }

 private:
  void add_object(Value object) {
    if (auto elements = object_array(object)) {
      shape_ = std::move(elements->shape);
      return add(elements->elements);
    }
    const Attributes attributes = attributes_of(object);
    for (const Value part : {attributes.dict, attributes.slots, object.items(), object.entries()}) add(part);
  }

  void add(Value part) {
    if (part.is_none() || part.empty()) return;
    parts_.at(count_++) = part;
    size_ += part.size();
  }

  // The part that has this member, whose number in it `index` becomes.
  Value part_with(std::size_t& index) const {
    const Value* part = parts_.data();
    for (; index >= part->size(); ++part) index -= part->size();
    return *part;
  }

  std::array<Value, 4> parts_{};
  std::size_t count_ = 0;
  std::size_t size_ = 0;
  Shape shape_;  // of an array of Python objects
};

// Which values with members lead to arrays.
class Ways {
 public:
  explicit Ways(Value root) {
    enter(root);
    while (!open_.empty()) step();
  }

  bool leads_to_arrays(Value value) const {
    const auto found = known_.find(value.identity());
    return found != known_.end() && found->second;
  }

 private:
  struct Open {
    Value value;
    Members members;
    std::size_t next = 0;
    bool found = false;
  };

  void enter(Value value) {
    Members members(value);
    if (members.size() == 0 || !known_.try_emplace(value.identity(), false).second) return;
    open_.push_back({value, std::move(members)});
  }

  void step() {
    Open& top = open_.back();
    if (top.next < top.members.size()) {
      const Value member = top.members[top.next++];
      top.found = top.found || array_in(member) || leads_to_arrays(member);
      if (!array_in(member)) enter(member);
      return;
    }
    const bool found = top.found;
    known_[top.value.identity()] = found;
    open_.pop_back();
    if (!open_.empty()) open_.back().found = open_.back().found || found;
  }

  std::vector<Open> open_;
  std::unordered_map<const void*, bool> known_;
};

class Naming {
 public:
  explicit Naming(Value root) : ways_(root) {
    visit(root, "", false);
    while (!open_.empty()) step();
  }

  ArrayNames take() { return std::move(names_); }

 private:
  struct Open {
    Value value;
    Members members;
    std::string name;
    bool is_listed;  // among the others, with all that is no array in it
    std::size_t next = 0;
  };

  void step() {
    Open& top = open_.back();
    if (top.next == top.members.size()) {
      inside_.erase(top.value.identity());
      open_.pop_back();
      return;
    }
    const std::size_t index = top.next++;
    const Value member = top.members[index];
    if (auto name = top.members.name(top.name, index))
      visit(member, std::move(*name), top.is_listed);
    else if (!top.is_listed)
      names_.others.add(top.name + "[?]", member);
  }

  void visit(Value value, std::string name, bool is_listed) {
    bytes_ += name.size();
    if (++visits_ > most_visits || bytes_ > most_name_bytes)
      fail(ErrorKind::limit, "shared values have too many names for a file of arrays by name");
    if (const auto array = array_in(value)) {
      if (names_.arrays.size() == most_names) fail(ErrorKind::limit, "more than ", most_names, " names of arrays");
      names_.arrays.push_back({name.empty() ? std::string(unnamed_array) : std::move(name), *array});
      return;
    }
    Members members(value);
    const bool is_plain = entries_of(value) || value.is(ValueKind::list) || value.is(ValueKind::tuple);
    if (members.size() == 0 && is_plain) return;
    const bool goes_on = ways_.leads_to_arrays(value) && inside_.insert(value.identity()).second;
    const bool is_lost = !goes_on || !is_plain;
    if (is_lost && !is_listed) names_.others.add(name, value);
    if (goes_on) open_.push_back({value, std::move(members), std::move(name), is_listed || is_lost});
  }

  Ways ways_;
  std::vector<Open> open_;
  std::unordered_set<const void*> inside_;  // the values that are open
  std::size_t visits_ = 0;
  std::size_t bytes_ = 0;  // of all names
  ArrayNames names_;
};

std::optional<Value> find_through_slashes(Value value, std::string_view name) {
  while (value.is(ValueKind::dict)) {
    const std::size_t slash = name.find('/');
    const auto found = value.find(name.substr(0, slash));
    if (!found || slash == std::string_view::npos) return found;
    value = *found;
    name.remove_prefix(slash + 1);
  }
  return std::nullopt;
}

}  // namespace

void LeftOut::add(std::string_view name, Value value) {
  if (++count > most_shown) return;
  first.push_back(
      join(name.empty() ? "the whole value" : internal::quoted(name, longest_shown), ": ", kind_text(value)));
}

std::optional<std::string> member_name(std::string_view prefix, Value key) {
  if (key.is(ValueKind::str)) return join(prefix, prefix.empty() ? "" : ".", key.as_str());
  if (key.is(ValueKind::integer) && key.fits_int64()) return join(prefix, '[', key.as_int(), ']');
  return std::nullopt;
}

std::optional<Value> find_named(Value root, std::string_view name) {
  const auto entries = entries_of(root);
  if (entries && !entries->is_none()) {
    if (const auto found = entries->find(name)) return found;
  }
  const auto found = name.find('/') == std::string_view::npos ? std::nullopt : find_through_slashes(root, name);
  return found ? found : find_path(root, name);
}

ArrayNames names_of_arrays(Value root) { return Naming(root).take(); }

}  // namespace larder::internal
