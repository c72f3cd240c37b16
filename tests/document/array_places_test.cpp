// Where arrays are, and the paths to them.
#include <catch2/catch.hpp>

#include "document/array_places.h"
#include "tests/support/small_stack.h"

namespace larder::testing {
namespace {

TEST_CASE("arrays are listed once, in order, with the paths that lead to them") {
  Document document;
  const auto array = [&] { return document.array(Array()); };
  const Value shared = array();
  const Value object =
      document.object(ObjectForm::reduce, document.global("m", "f"), document.tuple(std::vector{array()}));
  document.append_item(object, array());
  const Value state = document.dict();
  document.insert(state, document.str("coef_"), array());
  document.insert(state, document.str("dot.ted"), array());
  document.insert(state, document.str("both\"'"), array());
  document.set_state(object, state);
  document.insert_entry(object, document.str("coef_"), array());  // find_path takes the state's
  const Value root = document.dict();
  document.insert(root, Value::integer(-7), document.list(std::vector{Value::none(), shared, shared}));
  document.insert(root, document.str("m"), object);
  document.insert(root, document.str(std::string(201, 'k')), array());
  document.set_root(root);

  const auto places = internal::array_places(root);
  std::vector<std::string> paths;
  for (const auto& place : places) {
    paths.push_back(place.path.value_or("-"));
    if (place.path) CHECK(find_path(root, *place.path)->same_as(place.array));
  }
  const std::vector<std::string> wanted = {"[-7][1]", "-", "m[0]", "m.coef_", "m[\"dot.ted\"]", "-", "-", "-"};
  CHECK(paths == wanted);
}

TEST_CASE("paths lead into slots and arrays of Python objects") {
  Document document;
  const auto array = [&] { return document.array(Array()); };
  const auto dict = [&](const char* name) {
    const Value made = document.dict();
    document.insert(made, document.str(name), array());
    return made;
  };
  const Value slots = document.object(ObjectForm::newobj, document.global("m", "C"), document.tuple());
  document.set_state(slots, document.tuple(std::vector{dict("x"), dict("y")}));
  const Value grid = document.object(ObjectForm::reduce, document.global("numpy.core.multiarray", "_reconstruct"),
                                     document.tuple(std::vector{document.global("numpy", "ndarray")}));
  const Value shape = document.tuple(std::vector{Value::integer(2), Value::integer(1)});
  const Value elements = document.list(std::vector{slots, array()});
  document.set_state(
      grid, document.tuple(std::vector{Value::integer(1), shape, Value::none(), Value::boolean(false), elements}));
  const Value root = document.dict();
  document.insert(root, document.str("grid"), grid);

  std::vector<std::string> paths;
  for (const auto& place : internal::array_places(root)) {
    paths.push_back(place.path.value_or("-"));
    if (place.path) CHECK(find_path(root, *place.path)->same_as(place.array));
  }
  CHECK(paths == std::vector<std::string>{"grid[0][0].x", "grid[0][0].y", "grid[1][0]"});
}

TEST_CASE("depth costs neither stack nor long paths") {
  Document document;
  Value value = document.array(Array());
  for (int i = 0; i < 300'000; ++i) value = document.list(std::vector{value});
  document.append(value, value);
  on_small_stack([&] {
    const auto places = internal::array_places(value);
    REQUIRE(places.size() == 1);
    CHECK_FALSE(places[0].path);
  });
}

}  // namespace
}  // namespace larder::testing
