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
}

}  // namespace
}  // namespace larder::testing
