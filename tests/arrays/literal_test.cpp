#include <string>

#include "base/literal.h"
#include "base/unicode.h"
#include "tests/support/errors.h"

using larder::internal::Literal;
using larder::internal::LiteralSyntax;
using larder::internal::parse_literal;
using Kind = Literal::Kind;

namespace {

std::string text_of(std::string_view source, const LiteralSyntax& syntax = {}) {
  const Literal literal = parse_literal(source, syntax);
  CHECK((literal.kind == Kind::text || literal.kind == Kind::bytes));
  return literal.text;
}

}  // namespace

TEST_CASE("integers are read in every base, with signs, underscores and Python 2's L") {
  CHECK(parse_literal("0").magnitude == 0);
  CHECK(parse_literal("00_0").magnitude == 0);
  CHECK(parse_literal("18446744073709551615").magnitude == 18446744073709551615ULL);
  CHECK(parse_literal("0xfF_fL").magnitude == 0xfff);
  CHECK(parse_literal("0o17").magnitude == 15);
  CHECK(parse_literal("0b101 L").magnitude == 5);
  CHECK(parse_literal("- 7").negative);
  CHECK(parse_literal("-7").magnitude == 7);
  CHECK_FALSE(parse_literal("+7").negative);
  CHECK_FALSE(parse_literal("-0").negative);
  for (const char* wrong :
       {"01", "1__0", "1_", "_1", "0x", "0b2", "1.0", "1e3", "1j", "2LL", "--1", "+", "1 2", "3l"}) {
    INFO(wrong);
    CHECK_ERROR(parse_literal(wrong), malformed);
  }
  CHECK_ERROR(parse_literal("3L", {.long_suffix = false}), malformed);
  CHECK_ERROR(parse_literal("18446744073709551616"), limit);
  CHECK_ERROR(parse_literal(std::string(100'000, '9')), limit);
}

TEST_CASE("strings take either quote, prefixes, escapes, and join their neighbours") {
  CHECK(text_of("'a' \"b\"\n u'c' R'\\d'") == "abc\\d");
  CHECK(text_of("'\\x41\\101\\u00e9\\U0001F600\\n\\q\\''") == "AA\u00e9\U0001F600\n\\q'");
  CHECK(text_of("r'\\''") == "\\'");
  CHECK(text_of("'a\\\nb'") == "ab");
  CHECK(text_of("'\\ud800'") == "\xed\xa0\x80");
  CHECK(parse_literal("b'\\xff' B'a'").kind == Kind::bytes);
  CHECK(text_of("b'\\xff\\u0041'") == "\xff\\u0041");
  CHECK(text_of("'\xe9'", {.latin1 = true}) == "\u00e9");
  CHECK(text_of("'\xc3\xa9'", {.latin1 = false}) == "\u00e9");
  for (const char* wrong :
       {"'a", "'a\n'", "'", "'\\", "'\\x4'", "'\\u12'", "'\\U00110000'", "'\\N{DASH}'", "ur'a'", "f'a'", "'a' b'b'",
        "b'\xc3\xa9'", "u8'a'", "'\xe9'", "'\xed\xa0\x80'", "'\xc0\x80'", "'\xf4\x90\x80\x80'"}) {
    INFO(wrong);
    CHECK_ERROR(parse_literal(wrong), malformed);
  }
  CHECK_ERROR(parse_literal(std::string_view("'a\0b'", 5)), malformed);
}

TEST_CASE("tuples, lists and dicts nest, with blanks and comments anywhere") {
  const Literal literal =
      parse_literal(" # start\n{'a': (1,), # one\r\n 'b': [(), (2), (3, 4,)],\\\n 'c': {None: True}}\n# end");
  REQUIRE(literal.kind == Kind::dict);
  REQUIRE(literal.items.size() == 6);
  CHECK(literal.position == 9);
  CHECK(literal.items[1].kind == Kind::tuple);
  CHECK(literal.items[1].items.size() == 1);
  const Literal& list = literal.items[3];
  REQUIRE(list.items.size() == 3);
  CHECK(list.items[0].kind == Kind::tuple);
  CHECK(list.items[0].items.empty());
  CHECK(list.items[1].kind == Kind::integer);
  CHECK(list.items[2].items.size() == 2);
  CHECK(literal.items[5].items[0].kind == Kind::none);
  CHECK(literal.items[5].items[1].truth);
  for (const char* wrong : {"", " ", "(", "(,)", "[1", "[1 2]", "{1}", "{1:}", "{1:2,,}", "(1,,)", "x", "true", "set()",
                            "__import__('os')", "[1]]", "1,", "{**{}}", "[*[]]", "\xa0"}) {
    INFO(wrong);
    CHECK_ERROR(parse_literal(wrong), malformed);
  }
}

TEST_CASE("the depth of a literal is limited, however it is nested") {
  for (const std::string open : {"(", "[", "{1:", "[(", "("}) {
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += open;
    CHECK_ERROR(parse_literal(deep), limit);
  }
  CHECK(parse_literal(std::string(200, '(') + "1" + std::string(200, ')')).magnitude == 1);
  CHECK_ERROR(parse_literal(std::string(201, '(') + "1" + std::string(201, ')')), limit);
}

TEST_CASE("errors of literals name the byte") {
  try {
    parse_literal("[1, x]", {.first_position = 100});
    FAIL("no error");
  } catch (const larder::Error& error) {
    CHECK(std::string(error.what()).find("byte 104") != std::string::npos);
  }
}

TEST_CASE("texts and tuples are written as Python writes them") {
  using larder::internal::python_repr;
  using larder::internal::python_tuple;
  CHECK(python_repr("it's") == "\"it's\"");
  CHECK(python_repr("'\"") == "'\\'\"'");
  CHECK(python_repr("a\nb\t\x01\\") == "'a\\nb\\t\\x01\\\\'");
  CHECK(python_repr("\u00e9\u00ad\u200b\U0001F600\U000E0001\xed\xa0\x80") ==
        "'\u00e9\\xad\\u200b\U0001F600\\U000e0001\\ud800'");
  CHECK(python_tuple({}) == "()");
  CHECK(python_tuple({3}) == "(3,)");
  CHECK(python_tuple({3, 4}) == "(3, 4)");
}
