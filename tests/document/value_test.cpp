// Building values of every kind, and asking them.
#include <catch2/catch.hpp>

#include <larder/document.h>

#include "document/records.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

TEST_CASE("scalars need no document") {
  CHECK(Value().is_none());
  CHECK(Value::none().kind() == ValueKind::none);
  CHECK(Value::boolean(true).as_bool());
  CHECK_FALSE(Value::boolean(false).as_bool());
  CHECK(Value::integer(-5).as_int() == -5);
  CHECK(Value::floating(1.5).as_float() == 1.5);
  for (const Value value : {Value(), Value::boolean(true), Value::integer(1), Value::floating(1)})
    CHECK(value.identity() == nullptr);
  CHECK(Value::integer(3).same_as(Value::integer(3)));
  CHECK_FALSE(Value::integer(1).same_as(Value::boolean(true)));
}

TEST_CASE("texts and bytes are copied") {
  Document document;
  std::string text = "text";
  const Value str = document.str(text);
  const Value bytes = document.bytes(as_bytes(text));
  const Value bytearray = document.bytearray(as_bytes(text));
  text = "xxxx";
  CHECK(str.as_str() == "text");
  CHECK(as_text(bytes.as_bytes()) == "text");
  CHECK(as_text(bytearray.as_bytes()) == "text");
  CHECK(str.size() == 4);
  CHECK_FALSE(str.same_as(document.str("text")));
  CHECK(document.str("").same_as(document.str("")));
  CHECK(document.str("\xc3\xa9").same_as(document.str("\xc3\xa9")));
  CHECK_FALSE(document.str("\xc4\x80").same_as(document.str("\xc4\x80")));
  CHECK(document.str("").empty());
  CHECK_ERROR(str.as_bytes(), usage);
  CHECK_ERROR(bytes.as_str(), usage);
  CHECK_ERROR(str[0], usage);
}

TEST_CASE("str is UTF-8 with surrogates") {
  Document document;
  CHECK(document.str("\xed\xa0\x80").as_str() == "\xed\xa0\x80");
  for (const char* const bad : {"\xff", "\xc0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "a\x80"}) {
    INFO(bad);
    CHECK_ERROR(document.str(bad), malformed);
  }
  try {
    document.str("ab\xff");
    FAIL("not UTF-8");
  } catch (const Error& error) {
    CHECK(error.message().find("2") != std::string::npos);
  }
}

TEST_CASE("lists grow, tuples do not, sets and dicts hold each key once") {
  Document document;
  const Value list = document.list();
  for (int i = 0; i < 1000; ++i) document.append(list, Value::integer(i));
  CHECK(list.size() == 1000);
  CHECK(list[999].as_int() == 999);
  CHECK_ERROR(list[1000], usage);

  const Value members[] = {Value::integer(1), Value::integer(1)};
  CHECK(document.tuple(members).size() == 2);
  CHECK(document.tuple().empty());
  CHECK(document.tuple().same_as(document.tuple()));
  CHECK(document.frozenset(members).size() == 1);
  CHECK_ERROR(document.append(document.tuple(), Value()), usage);

  const Value set = document.set();
  for (int i = 0; i < 300; ++i) document.add(set, Value::integer(i % 100));
  CHECK(set.size() == 100);
  CHECK(set.find(Value::integer(7))->as_int() == 7);
  CHECK_FALSE(set.find(Value::integer(100)));
  CHECK_ERROR(document.add(document.frozenset(), Value()), usage);

  const Value dict = document.dict();
  for (int i = 0; i < 300; ++i) document.insert(dict, document.str(std::to_string(i % 100)), Value::integer(i));
  CHECK(dict.size() == 100);
  CHECK(dict.key(5).as_str() == "5");
  CHECK(dict.value(5).as_int() == 205);
  CHECK(dict.find("99")->as_int() == 299);
  CHECK_FALSE(dict.find("100"));
  CHECK_ERROR(dict.key(100), usage);
  CHECK_ERROR(dict[0], usage);
  CHECK_ERROR(list.find("x"), usage);
  CHECK_ERROR(document.insert(list, Value(), Value()), usage);
}

TEST_CASE("a list's member is replaced") {
  Document document;
  const Value list = document.list(std::vector{Value::integer(1), Value::integer(2)});
  document.set_item(list, 1, document.str("two"));
  CHECK(list.size() == 2);
  CHECK(list[0].as_int() == 1);
  CHECK(list[1].as_str() == "two");
  CHECK_ERROR(document.set_item(list, 2, Value()), usage);
  CHECK_ERROR(document.set_item(document.tuple(std::vector{Value()}), 0, Value()), usage);
}

TEST_CASE("an array tells the class that stood for it in the file") {
  Document document;
  CHECK(document.array(Array()).array_class().is_none());
  CHECK_ERROR(Value().array_class(), usage);
  const Value matrix = document.global("numpy", "matrix");
  const Value made = document.object(ObjectForm::reduce, document.global("numpy.core.multiarray", "_reconstruct"),
                                     document.tuple(std::vector{matrix}));
  CHECK(internal::Access::make_array(document, Array(), made).array_class().same_as(matrix));
  const Value wrapper = document.object(ObjectForm::newobj, document.global("joblib.numpy_pickle", "NumpyArrayWrapper"),
                                        document.tuple());
  const Value state = document.dict();
  document.set_state(wrapper, state);
  CHECK(internal::Access::make_array(document, Array(), wrapper).array_class().is_none());
  document.insert(state, document.str("subclass"), matrix);
  CHECK(internal::Access::make_array(document, Array(), wrapper).array_class().same_as(matrix));
}

TEST_CASE("globals and objects hold their parts") {
  Document document;
  const Value global = document.global("module", "Class.name");
  CHECK(global.module_name() == "module");
  CHECK(global.qualified_name() == "Class.name");
  const Value one[] = {Value::integer(1)};
  const Value object = document.object(ObjectForm::newobj_ex, global, document.tuple(one), document.dict());
  CHECK(object.form() == ObjectForm::newobj_ex);
  CHECK(object.callable().same_as(global));
  CHECK(object.arguments().size() == 1);
  CHECK(object.keywords().is(ValueKind::dict));
  CHECK(object.state().is_none());
  CHECK(object.items().is_none());
  CHECK(object.entries().is_none());
  document.set_state(object, document.str("state"));
  document.append_item(object, Value::integer(2));
  document.insert_entry(object, document.str("key"), Value::integer(3));
  CHECK(object.state().as_str() == "state");
  CHECK(object.items()[0].as_int() == 2);
  CHECK(object.entries().find("key")->as_int() == 3);
  CHECK_ERROR(document.set_state(global, Value()), usage);
  CHECK_ERROR(document.append_item(global, Value()), usage);
  CHECK_ERROR(document.insert_entry(global, Value(), Value()), usage);
}

TEST_CASE("a question to the wrong kind is usage and names the kind") {
  Document document;
  const Value list = document.list();
  CHECK_ERROR(list.as_bool(), usage);
  CHECK_ERROR(list.as_int(), usage);
  CHECK_ERROR(list.as_float(), usage);
  CHECK_ERROR(list.as_complex(), usage);
  CHECK_ERROR(list.as_str(), usage);
  CHECK_ERROR(list.as_array(), usage);
  CHECK_ERROR(list.key(0), usage);
  CHECK_ERROR(list.module_name(), usage);
  CHECK_ERROR(list.form(), usage);
  CHECK_ERROR(list.int_text(), usage);
  CHECK_ERROR(Value::integer(1).size(), usage);
  try {
    list.as_int();
  } catch (const Error& error) {
    CHECK(error.message().find("list") != std::string::npos);
  }
}

TEST_CASE("an array taken out of a document outlives it") {
  Array array;
  {
    Document document;
    const std::vector<double> numbers = {1, 2, 3};
    document.set_root(document.array(Array::copy_of<double>(numbers, {3})));
    array = document.root().as_array();
  }
  CHECK(array.at<double>({2}) == 3);
}

TEST_CASE("a document can be moved, and its values stay") {
  Document first;
  first.set_root(first.str("text"));
  const Value root = first.root();
  Document second = std::move(first);
  CHECK(second.root().same_as(root));
  CHECK(root.as_str() == "text");
}

TEST_CASE("Limits::bytes bounds what a document holds") {
  Limits limits;
  limits.bytes = 100'000;
  Document document(limits);
  const Value list = document.list();
  CHECK_ERROR(
      [&] {
        for (int i = 0; i < 1'000'000; ++i) document.append(list, Value::integer(i));
      }(),
      limit);
  CHECK(document.memory() <= limits.bytes);
  CHECK_ERROR(document.str(std::string(200'000, 'x')), limit);
  CHECK(list.size() > 1000);
}

TEST_CASE("kinds have Python's names") {
  CHECK(name_of(ValueKind::none) == "None");
  CHECK(name_of(ValueKind::floating) == "float");
  CHECK(name_of(ValueKind::object) == "object");
}

}  // namespace
}  // namespace larder::testing
