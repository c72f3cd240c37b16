// JSON text becomes values.
#include <catch2/catch.hpp>

#include "document/json_parse.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

std::string printed(std::string_view json) {
  Document document;
  return to_json(internal::parse_json(json, document));
}

TEST_CASE("values keep their types and order") {
  const std::string text =
      R"({"b": [null, true, false, -9223372036854775808, 18446744073709551615, 1.0, -2.5e-300], "a": {"": "\n\"é🌻"}})";
  CHECK(printed(text) == text);
  CHECK(printed(" 1 ") == "1");
  CHECK(printed("1e2") == "100.0");
  CHECK(printed(R"({"k": 1, "k": 2})") == R"({"k": 2})");
  CHECK(printed(R"("\ud83c\udf3b")") == R"("🌻")");
}

TEST_CASE("what is no JSON is malformed") {
  for (const std::string_view text : {"", "{", "[1,]", "[1 2]", "nul", "01", "1 2", "'a'", "NaN", "{1: 2}", "\"\xff\"",
                                      R"("\udc00")", "1e999", "// c\n1", "[1]]"}) {
    INFO(text);
    CHECK_ERROR(printed(text), malformed);
  }
  CHECK_ERROR(printed(std::string_view("1\0", 2)), malformed);
  CHECK_ERROR(printed(std::string_view("[1]\0[2]", 7)), malformed);
}

TEST_CASE("keys that stand twice and deep texts are refused where a format says so") {
  const auto strictly = [](std::string_view json, const internal::JsonRules& rules) {
    Document document;
    return to_json(internal::parse_json(json, document, rules));
  };
  CHECK_ERROR(strictly(R"({"k": 1, "k": 2})", {.unique_keys = true}), malformed);
  CHECK_ERROR(strictly(R"([{"a": {"k": {}, "b": [], "\u006b": 0}}])", {.unique_keys = true}), malformed);
  CHECK(strictly(R"([{"k": 1}, {"k": {"k": 2}}])", {.unique_keys = true}) == R"([{"k": 1}, {"k": {"k": 2}}])");
  CHECK(strictly("[[], [[]]]", {.depth = 3}) == "[[], [[]]]");
  CHECK(strictly("1", {.depth = 0}) == "1");
  CHECK_ERROR(strictly("[[], [{}]]", {.depth = 2}), malformed);
  CHECK_ERROR(strictly(std::string(100'000, '['), {.depth = 128}), malformed);
}

}  // namespace
}  // namespace larder::testing
