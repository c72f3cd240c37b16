#include "document/array_places.h"

#include <algorithm>
#include <unordered_set>

#include "base/text.h"
#include "document/attributes.h"
#include "document/walk.h"

namespace larder::internal {

namespace {

constexpr std::size_t longest_key = 200;  // longer ones lead nowhere, so that they cannot pile up in deep paths
constexpr std::size_t longest_path = 1000;

bool is_name(std::string_view text) {
  const auto fits = [](char letter) {
    const auto code = static_cast<unsigned char>(letter);
    return code > ' ' && code != 0x7f && std::string_view(".[]\"'\\").find(letter) == std::string_view::npos;
  };
  return !text.empty() && std::ranges::all_of(text, fits);
}

// What a path makes of a value's parts.
enum class Role {
  members,      // each has a step of its own
  transparent,  // of a state: what is in them is reached by the object's own path
  elements,     // of an array of Python objects
};

struct Inside {
  Role role = Role::members;
  Shape shape{};  // of the array whose elements are here
};

// A value whose parts are being visited. Those of an object are callable, arguments, keywords, then its changes.
struct Open {
  Value value;
  Inside inside;
  std::size_t next;
  std::size_t path_length;
  bool reachable;
};

constexpr std::size_t parts_before_changes = 3;

std::size_t part_count(Value value) {
  if (value.is(ValueKind::object)) return parts_before_changes + value.changes().size();
  return Access::members(value).size();
}

Value part_of(Value value, std::size_t index) {
  if (!value.is(ValueKind::object)) return Access::members(value)[index];
  if (index >= parts_before_changes) return value.changes()[index - parts_before_changes].value;
  return index == 0 ? value.callable() : index == 1 ? value.arguments() : value.keywords();
}

// The step from the value to a part. What an object holds is reached by the object's own path.
std::optional<std::string> step_to_part(const Open& open, std::size_t index) {
  if (open.inside.role == Role::transparent) return "";
  if (open.inside.role == Role::elements)
    return open.inside.shape.empty() ? std::nullopt : std::optional(element_step(open.inside.shape, index));
  const Value value = open.value;
  switch (value.kind()) {
    case ValueKind::list:
    case ValueKind::tuple:
      return join('[', index, ']');
    case ValueKind::dict:
      return index % 2 == 1 ? path_step(Access::members(value)[index - 1]) : std::nullopt;
    case ValueKind::object:
      return index >= parts_before_changes ? std::optional<std::string>("") : std::nullopt;
    default:
      return std::nullopt;
  }
}

// A walk that knows the path of where it is.
class ArrayWalk {
 public:
  explicit ArrayWalk(Value root) : root_(root) {}

  std::vector<ArrayPlace> run() {
    enter(root_, true, {});
    while (!open_.empty()) step();
    return std::move(found_);
  }

 private:
  void step() {
    Open& top = open_.back();
    if (top.next == part_count(top.value)) return open_.pop_back();
    const std::size_t index = top.next++;
    const Value part = part_of(top.value, index);
    if (!part.is(ValueKind::array) && !has_parts(part)) return;
    path_.resize(top.path_length);
    std::optional<std::string> way = top.reachable ? step_to_part(top, index) : std::nullopt;
    if (way && path_.size() + way->size() > longest_path) way.reset();
    if (way) append_path_step(path_, *way);
    enter(part, way.has_value(), inside_of(top, part));
  }

  // What the parts of a part will be.
  static Inside inside_of(const Open& open, Value part) {
    if (open.value.is(ValueKind::object) && part.is(ValueKind::tuple) && part.same_as(open.value.state())) {
      if (const auto array = object_array(open.value)) return {Role::transparent, array->shape};
      if (!attributes_of(open.value).slots.is_none()) return {Role::transparent, {}};
    }
    const bool of_array = open.inside.role == Role::transparent && part.is(ValueKind::list);
    return of_array ? Inside{Role::elements, open.inside.shape} : Inside{};
  }

  void enter(Value value, bool reachable, const Inside& inside) {
    const bool is_array = value.is(ValueKind::array);
    if ((!is_array && !has_parts(value)) || !seen_.insert(value.identity()).second) return;
    if (!is_array) return open_.push_back({value, inside, 0, path_.size(), reachable});
    const auto led_to = reachable ? find_path(root_, path_) : std::nullopt;
    const bool leads_here = led_to && led_to->same_as(value);
    found_.push_back({value, leads_here ? std::optional(path_) : std::nullopt});
  }

  Value root_;
  std::vector<Open> open_;
  std::unordered_set<const void*> seen_;
  std::string path_;
  std::vector<ArrayPlace> found_;
};

}  // namespace

std::vector<ArrayPlace> array_places(Value root) { return ArrayWalk(root).run(); }

std::optional<std::string> path_step(Value key) {
  if (key.is(ValueKind::integer) && key.fits_int64()) return join('[', key.as_int(), ']');
  if (!key.is(ValueKind::str) || key.size() > longest_key) return std::nullopt;
  const std::string_view text = key.as_str();
  if (is_name(text)) return std::string(text);
  // find_path takes what stands between the quotes as it is.
  const char quote = text.find('"') == std::string_view::npos ? '"' : '\'';
  if (text.find(quote) != std::string_view::npos) return std::nullopt;
  return join('[', quote, text, quote, ']');
}

std::string element_step(const Shape& shape, std::size_t index) {
  std::string step;
  for (std::size_t axis = shape.size(); axis-- > 0; index /= shape[axis])
    step.insert(0, join('[', index % shape[axis], ']'));
  return step;
}

void append_path_step(std::string& path, std::string_view step) {
  if (!path.empty() && !step.empty() && step.front() != '[') path.push_back('.');
  path.append(step);
}

}  // namespace larder::internal
