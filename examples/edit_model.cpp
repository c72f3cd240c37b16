// Makes a scikit-learn random forest smaller without Python: keeps the first trees, says how many there are, and
// writes a model that scikit-learn loads and that predicts with what is left.
//
//   edit_model IN OUT TREES
#include <larder/larder.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string_view>
#include <vector>

namespace {

using larder::Document;
using larder::Value;

[[noreturn]] void refuse(const char* why) { throw larder::Error(larder::ErrorKind::usage, why); }

// The attributes of a Python object, a dict.
Value attributes(Value object) {
  if (!object.is(larder::ValueKind::object) || !object.state().is(larder::ValueKind::dict))
    refuse("the file holds no object with attributes");
  return object.state();
}

void keep_trees(Document& forest, std::size_t count) {
  const Value of_forest = attributes(forest.root());
  const auto trees = of_forest.find("estimators_");
  if (!trees || !trees->is(larder::ValueKind::list)) refuse("the object is no fitted forest");
  std::vector<Value> kept;
  for (std::size_t i = 0; i < std::min(count, trees->size()); ++i) kept.push_back((*trees)[i]);
  const auto left = static_cast<std::int64_t>(kept.size());

  // An entry with the same key is replaced; whatever was in the file and is not used any more is not written.
  forest.insert(of_forest, forest.str("estimators_"), forest.list(kept));
  forest.insert(of_forest, forest.str("n_estimators"), Value::integer(left));
}

int edit(const char* in, const char* out, std::string_view trees) {
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(trees.data(), trees.data() + trees.size(), count);
  if (error != std::errc() || end != trees.data() + trees.size() || count == 0) refuse("TREES must be 1 or more");
  Document forest = larder::load(in);
  keep_trees(forest, count);
  larder::dump(forest.root(), out);
  std::printf("%s: %lld trees\n", out,
              static_cast<long long>(larder::find_path(forest.root(), "n_estimators")->as_int()));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "usage: edit_model IN OUT TREES\n");
    return 2;
  }
  try {
    return edit(argv[1], argv[2], argv[3]);
  } catch (const larder::Error& error) {
    std::fprintf(stderr, "edit_model: %s: %s\n", argv[1], error.what());
    return 3;
  }
}
