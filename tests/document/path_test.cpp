// find_path: names, indices and what is no path.
#include <catch2/catch.hpp>

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
