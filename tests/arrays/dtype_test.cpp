#include <complex>
#include <string>
#include <vector>

#include <larder/dtype.h>

#include "tests/support/errors.h"

using namespace larder;

namespace {

const ByteOrder foreign = DType::native() == ByteOrder::little ? ByteOrder::big : ByteOrder::little;

template <class T>
void check_singleton(std::string_view text) {
  INFO(text);
  CHECK(DType::of<T>().same_as(DType::of<T>()));
  CHECK(DType::of<T>().same_as(DType::parse(text)));
  CHECK(DType::of<T>().name() == text);
  CHECK(DType::of<T>().is_native());
}

}  // namespace

TEST_CASE("the machine's own numbers are one object each") {
  check_singleton<bool>("bool");
  check_singleton<std::int8_t>("int8");
  check_singleton<std::int64_t>("int64");
  check_singleton<long long>("int64");
  check_singleton<std::byte>("uint8");
  check_singleton<std::uint16_t>("uint16");
  check_singleton<float>("float32");
  check_singleton<double>("float64");
  check_singleton<long double>("float128");
  check_singleton<std::complex<float>>("complex64");
  check_singleton<std::complex<long double>>("complex256");
  CHECK(DType().same_as(DType::of<double>()));
  CHECK(DType::of<const double>().same_as(DType()));
  CHECK(DType::parse("O").same_as(DType::of(DTypeKind::object, 8)));
  CHECK_FALSE(DType::parse("S5").same_as(DType::parse("S5")));
  CHECK(DType::parse("S5") == DType::parse("S5"));
  CHECK_FALSE(DType::of(DTypeKind::floating, 8, foreign).same_as(DType()));
  CHECK(DType::of(DTypeKind::floating, 8, foreign).swapped().same_as(DType()));
  CHECK(DType::of(DTypeKind::floating, 8, foreign).to_native().same_as(DType()));
}

TEST_CASE("the small floats have names, and typestrings as ml_dtypes has them") {
  for (const auto& [name, typestr] :
       {std::pair("bfloat16", "<V2"), std::pair("float8_e4m3fn", "<V1"), std::pair("float8_e4m3fnuz", "<V1"),
        std::pair("float8_e5m2", "<V1"), std::pair("float8_e5m2fnuz", "<V1"), std::pair("float8_e8m0fnu", "<V1")}) {
    INFO(name);
    const DType dtype = DType::parse(name);
    CHECK(dtype.name() == name);
    CHECK(dtype.typestr() == typestr);
    CHECK(dtype.is_native());
  }
  CHECK(DType::parse("<V2").kind() == DTypeKind::raw);
  CHECK(DType::parse("<f1").kind() == DTypeKind::float8_e5m2);
  CHECK(DType::parse("bfloat16").swapped().name() == ">bfloat16");
  CHECK(DType::parse(">bfloat16") == DType::parse("bfloat16").swapped());
}

TEST_CASE("sizes that a kind does not have are refused") {
  CHECK_ERROR(DType::of(DTypeKind::floating, 3), usage);
  CHECK_ERROR(DType::of(DTypeKind::boolean, 2), usage);
  CHECK_ERROR(DType::of(DTypeKind::unicode, 6), usage);
  CHECK_ERROR(DType::of(DTypeKind::structured, 8), usage);
  CHECK_ERROR(DType::of(DTypeKind::datetime, 8), usage);
  CHECK_ERROR(DType::time(DTypeKind::floating, "s"), usage);
  CHECK_ERROR(DType::time(DTypeKind::datetime, "s/0"), malformed);  // numpy 1.24 dies of a division by zero
  CHECK_ERROR(DType::time(DTypeKind::datetime, "s/-2"), malformed);
  CHECK_ERROR(DType::time(DTypeKind::datetime, "W/604800"), malformed);
  CHECK(DType::time(DTypeKind::datetime, "s/25").unit() == "40ms");
  CHECK(DType::time(DTypeKind::timedelta, "generic").typestr() == "<m8");
}

TEST_CASE("structures keep offsets, gaps, titles and nested orders") {
  const DType dtype =
      DType::parse("[('a', '>i2'), ('', '|V6'), (('the b', 'b'), [('x', '<f8', (2, 3)), ('y', '|S3')]), ('', '|V1')]");
  REQUIRE(dtype.fields().size() == 2);
  CHECK(dtype.itemsize() == 60);
  CHECK(dtype.fields()[1].offset == 8);
  CHECK(dtype.fields()[1].title == "the b");
  CHECK(dtype.fields()[1].dtype.fields()[0].dtype.shape() == std::vector<std::uint64_t>{2, 3});
  CHECK_FALSE(dtype.is_native());
  CHECK(DType::parse(dtype.descr()) == dtype);
  CHECK(dtype.to_native().is_native());
  CHECK(dtype.to_native().fields()[1].offset == 8);
  CHECK(dtype.swapped().descr() ==
        "[('a', '<i2'), ('', '|V6'), (('the b', 'b'), [('x', '>f8', (2, 3)), ('y', '|S3')]), ('', '|V1')]");
  CHECK(dtype.swapped().swapped() == dtype);
  CHECK(dtype.typestr() == "|V60");
}

TEST_CASE("equality sees names, titles, offsets, units and shapes") {
  const std::vector<std::string> all = {"[('a', '<i4')]",
                                        "[('b', '<i4')]",
                                        "[(('t', 'a'), '<i4')]",
                                        "[('a', '>i4')]",
                                        "[('', '|V1'), ('a', '<i4')]",
                                        "[('a', '<u4')]",
                                        "[('a', '<i4', (1,))]",
                                        "<i4",
                                        "<M8[s]",
                                        "<M8[25s]",
                                        "<m8[s]",
                                        "('<i4', (2, 3))",
                                        "('<i4', (3, 2))",
                                        "[]"};
  for (const auto& one : all) {
    for (const auto& two : all) {
      INFO(one << " and " << two);
      CHECK((DType::parse(one) == DType::parse(two)) == (one == two));
    }
  }
}

TEST_CASE("fields may overlap or be out of order, but then no descr says so") {
  const DType i4 = DType::of<std::int32_t>();
  const DType dtype = DType::structure({{"a", i4, 4, {}}, {"b", i4, 2, {}}}, 8);
  CHECK_ERROR(dtype.descr(), unsupported);
  CHECK_ERROR(DType::structure({{"n", dtype, 0, {}}}, 8).descr(), unsupported);
  CHECK(dtype.name() == "{'names': ['a', 'b'], 'formats': ['<i4', '<i4'], 'offsets': [4, 2], 'itemsize': 8}");
  const DType object = DType::parse("O");
  CHECK_ERROR(DType::structure({{"a", object, 0, {}}, {"b", i4, 4, {}}}, 8), malformed);
  CHECK(DType::structure({{"a", object, 0, {}}, {"b", i4, 8, {}}}, 12).has_object());
}

TEST_CASE("aligned structures want their widest field's alignment") {
  const DType f8 = DType::of<double>();
  CHECK(DType::structure({{"a", f8, 0, {}}}, 8, true).alignment() == 8);
  CHECK(DType::structure({{"a", f8, 0, {}}}, 8, false).alignment() == 1);
  CHECK(DType::structure({{"a", f8, 0, {}}}, 8, true).swapped().is_aligned());
}

TEST_CASE("structures that cannot be are refused") {
  const DType i4 = DType::of<std::int32_t>();
  CHECK_ERROR(DType::structure({{"a", i4, 5, {}}}, 8), malformed);
  CHECK_ERROR(DType::structure({{"a", i4, SIZE_MAX, {}}}, 8), malformed);
  CHECK_ERROR(DType::structure({{"a", i4, 0, {}}, {"a", i4, 4, {}}}, 8), malformed);
  CHECK_ERROR(DType::structure({{"a", i4, 0, "b"}, {"b", i4, 4, {}}}, 8), malformed);
  CHECK_ERROR(DType::structure({{"a", i4, 0, "a"}}, 8), malformed);
  CHECK_ERROR(DType::structure({{"\xff", i4, 0, {}}}, 8), malformed);
  CHECK_ERROR(DType::structure({}, std::size_t{1} << 31), limit);
}

TEST_CASE("what overflows or is too much is a limit") {
  CHECK_ERROR(DType::parse("<U1073741824"), limit);
  CHECK_ERROR(DType::parse("|V2147483648"), limit);
  CHECK_ERROR(DType::parse("|S99999999999999999999999"), limit);
  CHECK(DType::parse("|V2147483647").itemsize() == 2147483647);
  CHECK(DType::parse("|V0").itemsize() == 0);
  CHECK_ERROR(DType::parse("('<f4', (65536, 65536, 65536))"), limit);
  CHECK_ERROR(DType::parse("('<f4', (4294967296, 4294967296))"), limit);
  CHECK_ERROR(DType::parse("('<f4', (18446744073709551615,))"), limit);
  CHECK_ERROR(DType::subarray(DType(), std::vector<std::uint64_t>(65, 1)), limit);
  CHECK(DType::parse("('<f4', (0, 65536, 65536))").itemsize() == 0);
  CHECK_ERROR(DType::parse("[('a', '|V2147483647'), ('b', 'i4')]"), limit);

  std::string many = "[";
  for (int i = 0; i < 1'000'000; ++i) many += "('f" + std::to_string(i) + "','i4'),";
  CHECK_ERROR(DType::parse(many + "]"), limit);
  std::string commas = "f4";
  for (int i = 0; i < 100'000; ++i) commas += ",f4";
  CHECK_ERROR(DType::parse(commas), limit);
}

TEST_CASE("dtypes nest 64 deep and no deeper, whatever made them") {
  DType deep;
  for (int i = 0; i < 64; ++i) deep = DType::structure({{"a", deep, 0, {}}}, 8);
  CHECK(DType::parse(deep.descr()) == deep);
  CHECK(deep.swapped().swapped() == deep);
  CHECK_ERROR(DType::structure({{"a", deep, 0, {}}}, 8), limit);
  CHECK_ERROR(DType::subarray(deep, {1}), limit);

  for (const int depth : {65, 199, 10'000}) {
    std::string text;
    for (int i = 0; i < depth; ++i) text += "[('a',";
    text += "'f8'";
    for (int i = 0; i < depth; ++i) text += ")]";
    CHECK_ERROR(DType::parse(text), limit);
  }
  CHECK_ERROR(DType::parse(std::string(100'000, '(')), limit);
}

TEST_CASE("a dtype that shares its parts over and over stays small") {
  DType shared = DType::of<std::int8_t>();
  CHECK_ERROR(
      [&] {
        for (int i = 0; i < 40; ++i) {
          shared = DType::structure({{"a", shared, 0, {}}, {"b", shared, 0, {}}}, 1);
        }
      }(),
      limit);
  CHECK(shared == shared.swapped());
}

TEST_CASE("what is no dtype is malformed and says where") {
  for (const char* wrong : {"",
                            "x",
                            "<",
                            "f3",
                            "i16",
                            "S-1",
                            "f4;",
                            "[('a', 'x')]",
                            "[('a',)]",
                            "[(b'a', 'f4')]",
                            "('f4',)",
                            "('f4', -1)",
                            "('f4', True)",
                            "5",
                            "[('a', 'f4', None)]",
                            "['ab']",
                            "(",
                            "'",
                            "M8[",
                            "M8[s",
                            "2",
                            "(2,3)",
                            "<2>f4",
                            "f4,,f4"}) {
    INFO(wrong);
    CHECK_THROWS_AS(DType::parse(wrong), Error);
    CHECK_ERROR(DType::parse(wrong), malformed);
  }
  try {
    DType::parse("[('a', 'f4'), ('b', 'q9')]");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(std::string(error.what()) == "not a dtype of numpy: 'q9' (byte 20)");
  }
}
