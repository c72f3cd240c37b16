// to_json: each kind, and what bounds it.
#include <catch2/catch.hpp>

#include <cmath>
#include <vector>

#include <larder/document.h>

#include "tests/support/errors.h"

namespace larder::testing {
namespace {

TEST_CASE("scalars") {
  Document document;
  CHECK(to_json(Value()) == "null");
  CHECK(to_json(Value::boolean(true)) == "true");
  CHECK(to_json(Value::integer(-7)) == "-7");
  const std::vector<std::byte> wide(9, std::byte{1});
  CHECK(to_json(document.integer(wide)) == "18519084246547628289");
  CHECK(to_json(Value::floating(1)) == "1.0");
  CHECK(to_json(Value::floating(0.1)) == "0.1");
  CHECK(to_json(Value::floating(1e300)) == "1e+300");
  CHECK(to_json(Value::floating(std::nan(""))) == "{\"$float\": \"nan\"}");
  CHECK(to_json(Value::floating(-INFINITY)) == "{\"$float\": \"-inf\"}");
  CHECK(to_json(document.complex({1, -2})) == "{\"$complex\": [1.0, -2.0]}");
}

TEST_CASE("texts are escaped, bytes are base64") {
  Document document;
  CHECK(to_json(document.str("a\"\\\n\t\r\x01\x7f")) == "\"a\\\"\\\\\\n\\t\\u000d\\u0001\\u007f\"");
  CHECK(to_json(document.str("\xc3\xa9\xf0\x9f\x98\x80")) == "\"\xc3\xa9\xf0\x9f\x98\x80\"");
  CHECK(to_json(document.str("\xed\xa0\x80x")) == "\"\\ud800x\"");
  CHECK(to_json(document.bytes({})) == "{\"$bytes\": \"\"}");
  CHECK(to_json(document.bytes(as_bytes("a"))) == "{\"$bytes\": \"YQ==\"}");
  CHECK(to_json(document.bytes(as_bytes("ab"))) == "{\"$bytes\": \"YWI=\"}");
  CHECK(to_json(document.bytearray(as_bytes("abc\xff"))) == "{\"$bytes\": \"YWJj/w==\"}");
}

TEST_CASE("containers") {
  Document document;
  const Value members[] = {Value::integer(1), document.str("x")};
  CHECK(to_json(document.list(members)) == "[1, \"x\"]");
  CHECK(to_json(document.list()) == "[]");
  CHECK(to_json(document.tuple(members)) == "{\"$tuple\": [1, \"x\"]}");
  CHECK(to_json(document.frozenset(members)) == "{\"$frozenset\": [1, \"x\"]}");
  CHECK(to_json(document.set()) == "{\"$set\": []}");
  const Value dict = document.dict();
  CHECK(to_json(dict) == "{}");
  document.insert(dict, document.str("a"), document.list(members));
  document.insert(dict, document.str("b"), Value());
  CHECK(to_json(dict) == "{\"a\": [1, \"x\"], \"b\": null}");
}

TEST_CASE("dicts with keys that JSON lacks, or that look like the marks, are pairs") {
  Document document;
  const Value dict = document.dict();
  const Value members[] = {Value::integer(1), Value::integer(2)};
  document.insert(dict, document.tuple(members), document.list(members));
  document.insert(dict, document.str("a"), document.dict());
  document.insert(dict, Value::integer(3), document.tuple(members));
  document.insert(dict, Value::integer(4),
                  document.object(ObjectForm::reduce, document.global("m", "f"), document.tuple()));
  CHECK(to_json(dict) ==
        "{\"$dict\": [[{\"$tuple\": [1, 2]}, [1, 2]], [\"a\", {}], [3, {\"$tuple\": [1, 2]}], "
        "[4, {\"$object\": {\"callable\": {\"$global\": \"m.f\"}, \"arguments\": {\"$tuple\": []}}}]]}");
  const Value marked = document.dict();
  document.insert(marked, document.str("$bytes"), document.str("YQ=="));
  CHECK(to_json(marked) == "{\"$dict\": [[\"$bytes\", \"YQ==\"]]}");
}

TEST_CASE("cycles are told by how far up they lead") {
  Document document;
  const Value list = document.list();
  document.append(list, list);
  CHECK(to_json(list) == "[{\"$cycle\": 1}]");
  const Value dict = document.dict();
  document.insert(dict, document.str("list"), list);
  document.append(list, dict);
  CHECK(to_json(dict) == "{\"list\": [{\"$cycle\": 1}, {\"$cycle\": 2}]}");
}

TEST_CASE("arrays are listed while they are small") {
  Document document;
  const std::vector<std::int16_t> numbers = {1, -2, 3, 4};
  const Array array = Array::copy_of<std::int16_t>(numbers, {2, 2});
  const std::string listed = "{\"$array\": {\"dtype\": \"int16\", \"shape\": [2, 2], \"data\": [1, -2, 3, 4]}}";
  CHECK(to_json(document.array(array)) == listed);
  CHECK(to_json(document.array(array.copy(Order::fortran))) == listed);
  JsonOptions options;
  options.array_items = 3;
  CHECK(to_json(document.array(array), options) == "{\"$array\": {\"dtype\": \"int16\", \"shape\": [2, 2]}}");
  CHECK(to_json(document.array(array.byte_swapped())).find("\"data\": [1, -2, 3, 4]") != std::string::npos);
}

TEST_CASE("every kind of element has the text of its value") {
  Document document;
  const auto listed = [&](const Array& array) {
    const std::string text = to_json(document.array(array));
    const std::size_t at = text.find("\"data\": ");
    return at == std::string::npos ? std::string("none") : text.substr(at + 8, text.size() - at - 10);
  };
  const auto of = [](const char* dtype, std::string_view bytes) {
    return Array::from_region(DType::parse(dtype), {1}, Order::c, Region::copy_of(as_bytes(bytes)));
  };
  using namespace std::string_view_literals;
  CHECK(listed(of("|b1", "\x01"sv)) == "[true]");
  CHECK(listed(of("<u8", "\xff\xff\xff\xff\xff\xff\xff\xff"sv)) == "[18446744073709551615]");
  CHECK(listed(of("<i2", "\xfe\xff"sv)) == "[-2]");
  CHECK(listed(of(">i2", "\xff\xfe"sv)) == "[-2]");
  CHECK(listed(of("<f2", "\x00\x3e"sv)) == "[1.5]");
  CHECK(listed(of("<f4", "\x00\x00\xc0\x7f"sv)) == "[{\"$float\": \"nan\"}]");
  CHECK(listed(of("<c8", "\x00\x00\x80\x3f\x00\x00\x00\x40"sv)) == "[{\"$complex\": [1.0, 2.0]}]");
  CHECK(listed(of("|S3", "a\0\0"sv)) == "[{\"$bytes\": \"YQ==\"}]");
  CHECK(listed(of("<U2", "\xe9\0\0\0\0\0\0\0"sv)) == "[\"\xc3\xa9\"]");
  CHECK(listed(of("<M8[D]", "\x01\0\0\0\0\0\0\0"sv)) == "[1]");
  CHECK(listed(of("|V2", "ab"sv)) == "none");
}

TEST_CASE("a numpy scalar is its value, alone and as a key's value") {
  Document document;
  const std::vector<double> number = {1.5};
  const auto scalar = [&](const char* module_name) {
    const Value array = document.array(Array::copy_of<double>(number, {}));
    return document.object(ObjectForm::reduce, document.global(module_name, "scalar"),
                           document.tuple(std::vector{Value::none(), array}));
  };
  const std::string text = "{\"$scalar\": {\"dtype\": \"float64\", \"data\": 1.5}}";
  CHECK(to_json(scalar("numpy.core.multiarray")) == text);
  CHECK(to_json(scalar("numpy._core.multiarray")) == text);
  CHECK(to_json(document.list(std::vector{scalar("numpy.core.multiarray"), Value()})) == "[" + text + ", null]");
  const Value dict = document.dict();
  document.insert(dict, Value::integer(1), scalar("numpy.core.multiarray"));
  CHECK(to_json(dict) == "{\"$dict\": [[1, " + text + "]]}");
  CHECK(to_json(scalar("elsewhere")).starts_with("{\"$object\": "));
}

TEST_CASE("pretty is the same over several lines") {
  Document document;
  const Value dict = document.dict();
  const Value members[] = {Value::integer(1), Value::integer(2)};
  document.insert(dict, document.str("a"), document.list(members));
  document.insert(dict, document.str("b"), document.list());
  JsonOptions options;
  options.pretty = true;
  CHECK(to_json(dict, options) == "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": []\n}");
}

TEST_CASE("Limits::text and Limits::depth") {
  Document document;
  JsonOptions options;
  options.limits.text = 100;
  const std::string text(50, 'x');
  const Value members[] = {document.str(text), document.str(text)};
  CHECK_ERROR(to_json(document.list(members), options), limit);
  CHECK(to_json(members[0], options).size() == 52);
  CHECK_ERROR(to_json(document.str(text + text), options), limit);
  options.limits.text = 1000;
  options.limits.depth = 3;
  Value nested = document.list();
  for (int i = 0; i < 2; ++i) nested = document.list({&nested, 1});
  CHECK(to_json(nested, options) == "[[[]]]");
  nested = document.list({&nested, 1});
  CHECK_ERROR(to_json(nested, options), limit);
  options.limits.int_digits = 5;
  CHECK_ERROR(to_json(document.integer(std::vector<std::byte>(20, std::byte{1})), options), limit);
}

}  // namespace
}  // namespace larder::testing
