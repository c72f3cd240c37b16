#include <larder/document.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"

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

std::optional<Value> member(Value value, const Step& step) {
  if (value.is(ValueKind::dict)) return step.index ? value.find(Value::integer(*step.index)) : value.find(step.name);
  if (step.index) {
    if (value.is(ValueKind::object)) value = value.items();
    if (!value.is(ValueKind::list) && !value.is(ValueKind::tuple)) return std::nullopt;
    const auto size = static_cast<std::int64_t>(value.size());
    const std::int64_t index = *step.index < 0 ? *step.index + size : *step.index;
    if (index < 0 || index >= size) return std::nullopt;
    return value[static_cast<std::size_t>(index)];
  }
  if (!value.is(ValueKind::object)) return std::nullopt;
  if (value.state().is(ValueKind::dict)) {
    if (const auto found = value.state().find(step.name)) return found;
  }
  if (value.entries().is(ValueKind::dict)) return value.entries().find(step.name);
  return std::nullopt;
}

}  // namespace

std::optional<Value> find_path(Value root, std::string_view path) {
  PathReader reader(path);
  std::optional<Value> value = root;
  // The whole path is read even when it leads nowhere, so that a path that is no path is always told.
  while (const auto step = reader.next()) {
    if (value) value = member(*value, *step);
  }
  return value;
}

}  // namespace larder
