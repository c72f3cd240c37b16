// Values as arrays by name.
#include <catch2/catch.hpp>

#include "document/array_names.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

using internal::ArrayNames;
using internal::names_of_arrays;

std::vector<std::string> names_in(Value root) {
  std::vector<std::string> names;
  for (const internal::NamedArray& named : names_of_arrays(root).arrays) names.push_back(named.name);
  return names;
}

// Builds dicts in few words.
struct Builder {
  Document document{};

  Value array() { return document.array(Array::allocate(DType::of<float>(), {2})); }
  Value dict(std::initializer_list<std::pair<const char*, Value>> entries) {
    const Value made = document.dict();
    for (const auto& [key, value] : entries) document.insert(made, document.str(key), value);
    return made;
  }
  Value list(std::initializer_list<Value> members) { return document.list(std::vector<Value>(members)); }
  Value object(const char* module_name, const char* name, Value state = {}) {
    const Value made = document.object(ObjectForm::newobj, document.global(module_name, name), document.tuple());
    if (!state.is_none()) document.set_state(made, state);
    return made;
  }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("arrays are called by the keys and numbers that lead to them") {
  Builder b;
  const Value flat = b.dict({{"layer.0.weight", b.array()}, {"a/b", b.array()}});
  CHECK(names_in(flat) == Names{"layer.0.weight", "a/b"});
  CHECK(names_in(b.dict({{"model", flat}})) == Names{"model.layer.0.weight", "model.a/b"});
  CHECK(names_in(b.list({b.array(), b.list({b.array()})})) == Names{"[0]", "[1][0]"});
  CHECK(names_in(b.array()) == Names{"arr_0"});
  const Value numbered = b.document.dict();
  b.document.insert(numbered, Value::integer(7), b.dict({{"x", b.array()}}));
  CHECK(names_in(b.dict({{"state", numbered}})) == Names{"state[7].x"});
  CHECK(names_in(Value::none()).empty());
  CHECK(names_of_arrays(b.dict({})).others.count == 0);
}

TEST_CASE("an array at two places has two names, and cycles end") {
  Builder b;
  const Value shared = b.array();
  const Value inner = b.dict({{"w", shared}});
  const ArrayNames names = names_of_arrays(b.dict({{"a", inner}, {"b", inner}, {"c", shared}}));
  REQUIRE(names.arrays.size() == 3);
  CHECK(names.arrays[1].name == "b.w");
  CHECK(names.arrays[1].array.same_as(shared));
  CHECK(names.others.count == 0);

  b.document.insert(inner, b.document.str("self"), inner);
  const ArrayNames cyclic = names_of_arrays(inner);
  CHECK(cyclic.arrays.size() == 1);
  CHECK(cyclic.others.first == Names{"'self': dict, 2 items"});
}

TEST_CASE("what is no array is listed, as a whole where it holds none") {
  Builder b;
  const Value labels = b.list({Value::integer(1), Value::integer(2)});
  const Value model = b.object("sklearn.svm", "SVC", b.dict({{"coef_", b.array()}, {"C", Value::floating(1)}}));
  const Value set = b.document.set();
  b.document.add(set, Value::integer(1));
  const Value root = b.dict({{"model", model},
                             {"labels", labels},
                             {"empty", b.list({})},
                             {"set", set},
                             {"none", {}},
                             {"type", b.document.global("numpy", "float32")}});
  const ArrayNames names = names_of_arrays(root);
  REQUIRE(names.arrays.size() == 1);
  CHECK(names.arrays[0].name == "model.coef_");
  CHECK(names.others.first == Names{"'model': sklearn.svm.SVC", "'labels': list, 2 items", "'set': set, 1 item",
                                    "'none': None", "'type': reference to 'numpy.float32'"});
  CHECK(names_of_arrays(Value::integer(1)).others.first == Names{"the whole value: int"});
}

TEST_CASE("Parameters and ordered dicts count as what they hold") {
  Builder b;
  Document& d = b.document;
  const Value array = b.array();
  const Value arguments[] = {array, Value::boolean(true), d.dict()};
  const Value parameter =
      d.object(ObjectForm::reduce, d.global("torch._utils", "_rebuild_parameter"), d.tuple(arguments));
  const Value ordered = d.object(ObjectForm::reduce, d.global("collections", "OrderedDict"), d.tuple());
  d.insert_entry(ordered, d.str("w"), parameter);
  d.set_state(ordered, b.dict({{"_metadata", d.dict()}}));
  const ArrayNames names = names_of_arrays(b.dict({{"model", ordered}}));
  REQUIRE(names.arrays.size() == 1);
  CHECK(names.arrays[0].name == "model.w");
  CHECK(names.arrays[0].array.same_as(array));
  CHECK(names.others.count == 0);
  d.set_state(ordered, b.dict({{"more", Value::integer(1)}}));
  CHECK(names_of_arrays(ordered).others.first == Names{"the whole value: collections.OrderedDict"});
}

TEST_CASE("shared values cannot make endless names") {
  Builder b;
  Value value = b.list({b.array(), b.array()});
  for (int i = 0; i < 40; ++i) value = b.list({value, value});
  CHECK_ERROR(names_of_arrays(value), limit);
  Value deep = b.array();
  for (int i = 0; i < 100'000; ++i) deep = b.list({deep, b.array()});
  CHECK_ERROR(names_of_arrays(deep), limit);
  std::vector<Value> numbers(5000, Value::integer(1));
  numbers.push_back(b.array());
  const ArrayNames many = names_of_arrays(b.document.list(numbers));
  CHECK(many.others.count == 5000);
  CHECK(many.others.first.size() == 1000);
}

TEST_CASE("what has a name is found by it, through slashes, or by a path") {
  Builder b;
  const Value array = b.array();
  const Value root = b.dict({{"a.b", array}, {"group", b.dict({{"x/y", array}, {"z", Value::integer(1)}})}});
  const auto finds = [&](const char* name, Value wanted) {
    const auto found = internal::find_named(root, name);
    return found && found->same_as(wanted);
  };
  CHECK(finds("a.b", array));
  CHECK(finds("group/z", Value::integer(1)));
  CHECK(finds("group.z", Value::integer(1)));
  CHECK(finds("[\"a.b\"]", array));
  CHECK_FALSE(internal::find_named(root, "group/none"));
  CHECK_FALSE(internal::find_named(root, "a.b/x"));
}

}  // namespace larder::testing
