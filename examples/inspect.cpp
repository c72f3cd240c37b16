// Looks into a model file without Python, and without trusting it: nothing that the file names is imported or run.
//
//   inspect FILE [PREFIX...]     prints the arrays, and the Python classes and functions that unpickling would import
//
// With prefixes it is a gate: the exit status is 1 where the file refers to anything whose name starts with none of
// them.
#include <larder/larder.h>

#include <cstdio>
#include <map>
#include <string>
#include <unordered_set>
#include <vector>

namespace {

using larder::Value;
using larder::ValueKind;

// The values right inside `value`.
std::vector<Value> parts_of(Value value) {
  std::vector<Value> parts;
  switch (value.kind()) {
    case ValueKind::list:
    case ValueKind::tuple:
    case ValueKind::set:
    case ValueKind::frozenset:
      for (std::size_t i = 0; i < value.size(); ++i) parts.push_back(value[i]);
      break;
    case ValueKind::dict:
      for (std::size_t i = 0; i < value.size(); ++i) parts.insert(parts.end(), {value.key(i), value.value(i)});
      break;
    case ValueKind::object:
      parts = {value.callable(), value.arguments(), value.keywords(), value.state(), value.items(), value.entries()};
      break;
    default:
      break;
  }
  return parts;
}

// The arrays of a document; they share its bytes and outlive it.
//
// Files may be deeper than the stack and may contain themselves: hence the list of what is left, and the set of what
// was seen.
std::vector<larder::Array> arrays_of(const larder::Document& document) {
  std::vector<larder::Array> arrays;
  std::vector<Value> left = {document.root()};
  std::unordered_set<const void*> seen;
  while (!left.empty()) {
    const Value value = left.back();
    left.pop_back();
    if (value.identity() != nullptr && !seen.insert(value.identity()).second) continue;
    if (value.is(ValueKind::array)) arrays.push_back(value.as_array());
    for (const Value part : parts_of(value)) left.push_back(part);
  }
  return arrays;
}

std::string shape_text(const larder::Shape& shape) {
  std::string text;
  for (const auto length : shape) text += (text.empty() ? "" : " x ") + std::to_string(length);
  return text.empty() ? "one" : text;
}

bool starts_with_any(const std::string& name, const std::vector<std::string>& prefixes) {
  for (const auto& prefix : prefixes) {
    if (name.starts_with(prefix)) return true;
  }
  return prefixes.empty();
}

int inspect(const char* file, const std::vector<std::string>& trusted) {
  const larder::Document document = larder::load(file);
  int status = 0;
  std::printf("%s would import:\n", file);
  for (const std::string& name : larder::globals_of(document.root())) {
    const bool fine = starts_with_any(name, trusted);
    if (!fine) status = 1;
    std::printf("  %s%s\n", name.c_str(), fine ? "" : "   <- not trusted");
  }
  std::map<std::string, int> kinds;
  for (const auto& array : arrays_of(document)) ++kinds[array.dtype().name() + " " + shape_text(array.shape())];
  std::printf("and holds arrays:\n");
  for (const auto& [what, count] : kinds) std::printf("  %4d times %s\n", count, what.c_str());
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: inspect FILE [PREFIX...]\n");
    return 2;
  }
  try {
    return inspect(argv[1], {argv + 2, argv + argc});
  } catch (const larder::Error& error) {
    std::fprintf(stderr, "inspect: %s: %s\n", argv[1], error.what());
    return 3;
  }
}
