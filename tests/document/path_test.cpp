// find_path: names, indices, what objects hold, and what is no path.
#include <catch2/catch.hpp>

#include <vector>

#include <larder/document.h>

#include "tests/support/errors.h"

namespace larder::testing {
namespace {

Document model() {
  Document document;
  const Value estimator = document.object(ObjectForm::newobj, document.global("m", "C"), document.tuple());
  const Value state = document.dict();
  document.insert(state, document.str("coef_"), Value::integer(42));
  document.set_state(estimator, state);
  document.append_item(estimator, Value::integer(8));
  document.insert_entry(estimator, document.str("entry"), Value::integer(9));
  const Value step[] = {document.str("name"), estimator};
  const Value steps[] = {document.tuple(step)};
  const Value root = document.dict();
  document.insert(root, document.str("steps"), document.list(steps));
  document.insert(root, document.str("a key"), Value::integer(1));
  document.insert(root, document.str("a.b[0]"), Value::integer(2));
  document.insert(root, Value::integer(5), Value::integer(3));
  document.set_root(root);
  return document;
}

TEST_CASE("paths lead through dicts, lists, tuples and objects") {
  const Document document = model();
  const auto number = [&](const char* path) {
    const auto found = find_path(document.root(), path);
    return found && found->is(ValueKind::integer) ? found->as_int() : -1;
  };
  CHECK(find_path(document.root(), "")->same_as(document.root()));
  CHECK(number("steps[0][1].coef_") == 42);
  CHECK(number("steps[-1][-1].coef_") == 42);
  CHECK(number("steps[0][1][0]") == 8);
  CHECK(number("steps[0][1].entry") == 9);
  CHECK(number("[\"a key\"]") == 1);
  CHECK(number("['a key']") == 1);
  CHECK(number("a key") == 1);
  CHECK(number("['a.b[0]']") == 2);
  CHECK(number("[5]") == 3);
}

Value numbers(Document& document, std::int64_t count) {
  const Value list = document.list();
  for (std::int64_t i = 0; i < count; ++i) document.append(list, Value::integer(i));
  return list;
}

// What numpy's pickle of an array of Python objects with this shape is.
Value object_array(Document& document, const std::vector<std::int64_t>& shape, Value elements) {
  std::vector<Value> lengths;
  for (const std::int64_t length : shape) lengths.push_back(Value::integer(length));
  const Value array = document.object(ObjectForm::reduce, document.global("numpy.core.multiarray", "_reconstruct"),
                                      document.tuple(std::vector{document.global("numpy", "ndarray")}));
  document.set_state(array, document.tuple(std::vector{Value::integer(1), document.tuple(lengths), Value::none(),
                                                       Value::boolean(false), elements}));
  return array;
}

TEST_CASE("paths lead to slots, and to entries with numbers as keys") {
  Document document;
  const auto dict = [&](const char* name, std::int64_t value) {
    const Value made = document.dict();
    document.insert(made, document.str(name), Value::integer(value));
    return made;
  };
  const auto object = [&](Value state) {
    const Value made = document.object(ObjectForm::newobj, document.global("m", "C"), document.tuple());
    document.set_state(made, state);
    return made;
  };
  const Value both = object(document.tuple(std::vector{dict("x", 1), dict("y", 2)}));
  CHECK(find_path(both, "x")->as_int() == 1);
  CHECK(find_path(both, "y")->as_int() == 2);
  CHECK_FALSE(find_path(both, "z"));
  const Value slots = object(document.tuple(std::vector{Value::none(), dict("y", 2)}));
  CHECK(find_path(slots, "y")->as_int() == 2);
  // Other states are the class's own affair.
  const Value three = object(document.tuple(std::vector{Value::none(), dict("y", 2), Value::none()}));
  CHECK_FALSE(find_path(three, "y"));
  const Value counts =
      document.object(ObjectForm::reduce, document.global("collections", "OrderedDict"), document.tuple());
  document.insert_entry(counts, Value::integer(7), Value::integer(3));
  CHECK(find_path(counts, "[7]")->as_int() == 3);
}

TEST_CASE("an array of Python objects takes one number for each axis") {
  Document document;
  const Value array = object_array(document, {2, 3}, numbers(document, 6));
  CHECK(find_path(array, "[0][2]")->as_int() == 2);
  CHECK(find_path(array, "[1][0]")->as_int() == 3);
  CHECK(find_path(array, "[-1][-1]")->as_int() == 5);
  for (const char* const path : {"[0]", "[2][0]", "[0][3]", "[0][-4]", "[0].x", "[0][0][0]", "x"}) {
    INFO(path);
    CHECK_FALSE(find_path(array, path));
  }
  CHECK_FALSE(find_path(object_array(document, {0, 3}, document.list()), "[0][0]"));
  CHECK_FALSE(find_path(object_array(document, {}, numbers(document, 1)), "[0]"));
  // A shape that does not fit, or overflows, is no array's.
  CHECK_FALSE(find_path(object_array(document, {2, 3}, numbers(document, 5)), "[0][0]"));
  CHECK_FALSE(find_path(object_array(document, {std::int64_t{1} << 62, 8}, document.list()), "[0][0]"));
  CHECK_FALSE(find_path(object_array(document, {-1}, document.list()), "[0]"));
}

TEST_CASE("paths that lead nowhere") {
  const Document document = model();
  for (const char* const path : {"nothing", "steps[1]", "steps[-2]", "steps[0][1].nothing", "steps.name", "[6]",
                                 "steps[0][1][1]", "['a key'].x", "steps[9].x[3]"}) {
    INFO(path);
    CHECK_FALSE(find_path(document.root(), path));
  }
}

TEST_CASE("what is no path") {
  const Document document = model();
  for (const char* const path : {".a", "a.", "a..b", "a[", "a[]", "a[x]", "a['x]", "a['x'", "a]b[0", "steps[0]x", "[1",
                                 "a[1 ]", "nothing.", "[99999999999999999999]"}) {
    INFO(path);
    CHECK_ERROR(find_path(document.root(), path), usage);
  }
}

}  // namespace
}  // namespace larder::testing
