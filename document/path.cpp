#include <larder/document.h>

#include <algorithm>
#include <charconv>
#include <span>
#include <vector>

#include "base/text.h"
#include "document/attributes.h"
#include "document/first_name.h"

namespace larder {

namespace {

// One step of a path: a name, or an index.
struct Step {
  std::string name;
  std::optional<std::int64_t> index;
};

// Splits a path into its steps.
class PathReader {
 public:
  explicit PathReader(std::string_view path) : path_(path) {}

  std::optional<Step> next() {
    if (at_ == path_.size()) return std::nullopt;
    if (path_[at_] == '[') return bracket();
    if (path_[at_] == '.') {
      if (at_ == 0) bad("begins with a dot");
      ++at_;
    } else if (at_ != 0) {
      bad("needs a '.' or '['");
    }
    const std::size_t end = std::min(path_.find_first_of(".[", at_), path_.size());
    if (end == at_) bad("has an empty name");
    Step step{std::string(path_.substr(at_, end - at_)), std::nullopt};
    at_ = end;
    return step;
  }

 private:
  Step bracket() {
    const std::size_t start = at_ + 1;
    const char quote = start < path_.size() ? path_[start] : '\0';
    if (quote == '"' || quote == '\'') {
      const std::size_t end = path_.find(quote, start + 1);
      if (end == std::string_view::npos || end + 1 >= path_.size() || path_[end + 1] != ']') bad("has an unclosed [");
      at_ = end + 2;
      return {std::string(path_.substr(start + 1, end - start - 1)), std::nullopt};
    }
    const std::size_t end = path_.find(']', start);
    if (end == std::string_view::npos) bad("has an unclosed [");
    std::int64_t index = 0;
    const auto [stop, error] = std::from_chars(path_.data() + start, path_.data() + end, index);
    if (error != std::errc() || stop != path_.data() + end) bad("needs a number or a quoted key in [ ]");
    at_ = end + 1;
    return {{}, index};
  }

  [[noreturn]] void bad(std::string_view what) const {
    internal::fail(ErrorKind::usage, "the path ", internal::quoted(path_), " ", what, " at its character ", at_ + 1);
  }

  std::string_view path_;
  std::size_t at_ = 0;
};

using Steps = std::span<const Step>;

std::vector<Step> steps_of(std::string_view path) {
  PathReader reader(path);
  std::vector<Step> steps;
  while (auto step = reader.next()) steps.push_back(std::move(*step));
  return steps;
}

// The index that a step means among `size` members, from the end where it is negative.
std::optional<std::size_t> position(const Step& step, std::uint64_t size) {
  if (!step.index) return std::nullopt;
  const auto count = static_cast<std::int64_t>(size);
  const std::int64_t index = *step.index < 0 ? *step.index + count : *step.index;
  if (index < 0 || index >= count) return std::nullopt;
  return static_cast<std::size_t>(index);
}

// Takes one step for each axis.
std::optional<Value> element(const internal::ObjectArray& array, Steps& steps) {
  std::size_t at = 0;
  for (const std::uint64_t length : array.shape) {
    const auto index = steps.empty() ? std::nullopt : position(steps.front(), length);
    if (!index) return std::nullopt;
    at = at * static_cast<std::size_t>(length) + *index;
    steps = steps.subspan(1);
  }
  return array.elements[at];
}

std::optional<Value> attribute(Value object, std::string_view name) {
  const internal::Attributes attributes = internal::attributes_of(object);
  for (const Value dict : {attributes.dict, attributes.slots, object.entries()}) {
    const auto found = dict.is(ValueKind::dict) ? dict.find(name) : std::nullopt;
    if (found) return found;
  }
  return std::nullopt;
}

// Takes as many of the steps, one at least, as lead to another value.
std::optional<Value> member(Value value, Steps& steps) {
  const Step& step = steps.front();
  if (value.is(ValueKind::object) && step.index) {
    const auto array = internal::object_array(value);
    if (array && !array->shape.empty()) return element(*array, steps);
    value = value.items().is_none() ? value.entries() : value.items();
  }
  steps = steps.subspan(1);
  if (value.is(ValueKind::dict)) return step.index ? value.find(Value::integer(*step.index)) : value.find(step.name);
  if (value.is(ValueKind::object)) return attribute(value, step.name);
  if (!value.is(ValueKind::list) && !value.is(ValueKind::tuple)) return std::nullopt;
  const auto index = position(step, value.size());
  return index ? std::optional(value[*index]) : std::nullopt;
}

}  // namespace

namespace internal {

std::optional<std::string> first_name(std::string_view path) {
  const auto step = PathReader(path).next();
  if (!step || step->index) return std::nullopt;
  return step->name;
}

}  // namespace internal

std::optional<Value> find_path(Value root, std::string_view path) {
  const std::vector<Step> all = steps_of(path);
  std::optional<Value> value = root;
  for (Steps steps = all; value && !steps.empty();) value = member(*value, steps);
  return value;
}

}  // namespace larder
