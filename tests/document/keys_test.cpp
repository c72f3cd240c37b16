// Python's rules for keys (P16), and keys that were chosen to collide (P17).
#include <catch2/catch.hpp>

#include <cmath>
#include <limits>

#include <larder/document.h>

#include "tests/support/errors.h"

namespace larder::testing {
namespace {

std::vector<std::byte> power_of_two(std::size_t exponent) {
  std::vector<std::byte> bytes(exponent / 8 + 2);
  bytes[exponent / 8] = static_cast<std::byte>(1 << (exponent % 8));
  return bytes;
}

TEST_CASE("P16: 1, True and 1.0 are one key, the first") {
  Document document;
  const Value dict = document.dict();
  const Value keys[] = {Value::integer(1), Value::boolean(true), Value::floating(1), document.complex(1)};
  for (const Value key : keys) document.insert(dict, key, key);
  CHECK(dict.size() == 1);
  CHECK(dict.key(0).is(ValueKind::integer));
  CHECK(dict.value(0).is(ValueKind::complex));
  for (const Value key : keys) CHECK(dict.find(key));
}

TEST_CASE("P16: a NaN equals nothing, zeros are one") {
  Document document;
  const Value dict = document.dict();
  const Value nan = Value::floating(std::nan(""));
  for (int i = 0; i < 100; ++i) document.insert(dict, nan, Value::integer(i));
  CHECK(dict.size() == 100);
  CHECK_FALSE(dict.find(nan));
  const Value zeros = document.set();
  document.add(zeros, Value::floating(0.0));
  document.add(zeros, Value::floating(-0.0));
  document.add(zeros, Value::integer(0));
  document.add(zeros, Value::boolean(false));
  CHECK(zeros.size() == 1);
  CHECK(std::signbit(zeros[0].as_float()) == false);
}

TEST_CASE("P16: integers and floats of any size are compared exactly") {
  Document document;
  const Value set = document.set();
  for (const unsigned exponent : {10u, 52u, 53u, 62u, 63u, 64u, 100u, 1000u, 1023u}) {
    INFO("2^" << exponent);
    const Value integer = document.integer(power_of_two(exponent));
    document.add(set, integer);
    CHECK(set.find(Value::floating(std::ldexp(1.0, static_cast<int>(exponent))))->same_as(integer));
    CHECK_FALSE(set.find(Value::floating(-std::ldexp(1.0, static_cast<int>(exponent)))));
  }
  document.add(set, Value::integer((std::int64_t{1} << 53) + 1));
  CHECK(set.find(Value::floating(9007199254740993.0))->as_int() == std::int64_t{1} << 53);
  CHECK(set.find(Value::integer((std::int64_t{1} << 53) + 1))->as_int() == (std::int64_t{1} << 53) + 1);
  document.add(set, Value::integer(std::numeric_limits<std::int64_t>::max()));
  CHECK_FALSE(set.find(Value::integer(std::numeric_limits<std::int64_t>::min())));
  CHECK(set.find(Value::floating(9223372036854775808.0))->int_text() == "9223372036854775808");
  document.add(set, Value::integer(std::numeric_limits<std::int64_t>::min()));
  CHECK(set.find(Value::floating(-9223372036854775808.0)));
  CHECK_FALSE(set.find(Value::floating(INFINITY)));
  CHECK_FALSE(set.find(Value::floating(0.5)));
}

TEST_CASE("P16: texts, bytes, tuples, frozensets and globals are keys by content, objects by identity") {
  Document document;
  const Value dict = document.dict();
  const auto pair = [&](std::int64_t a, const char* b) {
    const Value members[] = {Value::integer(a), document.str(b)};
    return document.tuple(members);
  };
  const auto both = [&](std::int64_t a, std::int64_t b) {
    const Value members[] = {Value::integer(a), Value::integer(b)};
    return document.frozenset(members);
  };
  document.insert(dict, document.str("x"), Value::integer(1));
  document.insert(dict, document.bytes(as_bytes("x")), Value::integer(2));
  document.insert(dict, pair(1, "x"), Value::integer(3));
  document.insert(dict, both(1, 2), Value::integer(4));
  document.insert(dict, document.global("m", "n"), Value::integer(5));
  document.insert(dict, Value::none(), Value::integer(6));
  const Value object = document.object(ObjectForm::reduce, document.global("m", "n"), document.tuple());
  document.insert(dict, object, Value::integer(7));
  CHECK(dict.size() == 7);
  CHECK(dict.find("x")->as_int() == 1);
  CHECK(dict.find(document.bytes(as_bytes("x")))->as_int() == 2);
  CHECK(dict.find(pair(1, "x"))->as_int() == 3);
  CHECK_FALSE(dict.find(pair(2, "x")));
  CHECK(dict.find(both(2, 1))->as_int() == 4);
  CHECK_FALSE(dict.find(both(1, 3)));
  CHECK(dict.find(document.global("m", "n"))->as_int() == 5);
  CHECK(dict.find(Value())->as_int() == 6);
  CHECK(dict.find(object)->as_int() == 7);
  CHECK_FALSE(dict.find(document.object(ObjectForm::reduce, document.global("m", "n"), document.tuple())));
}

TEST_CASE("P16: what Python cannot hash is no key") {
  Document document;
  const Value dict = document.dict();
  for (const Value bad : {document.list(), document.dict(), document.set(), document.bytearray({}),
                          document.array(Array::allocate(DType(), {1}))}) {
    INFO(name_of(bad.kind()));
    CHECK_ERROR(document.insert(dict, bad, Value()), malformed);
    const Value members[] = {bad};
    CHECK_ERROR(document.insert(dict, document.tuple(members), Value()), malformed);
    CHECK_ERROR(document.frozenset(members), malformed);
  }
  CHECK(dict.empty());
}

TEST_CASE("a key of more than a million parts is limit") {
  Document document;
  Value tuple = document.tuple();
  for (int i = 0; i < 40; ++i) {
    const Value members[] = {tuple, tuple};
    tuple = document.tuple(members);
  }
  CHECK_ERROR(document.add(document.set(), tuple), limit);
}

TEST_CASE("P17: two hundred thousand keys of hostile patterns") {
  for (const std::uint64_t step : {std::uint64_t{85229}, (std::uint64_t{1} << 61) - 1, std::uint64_t{1} << 32}) {
    INFO("multiples of " << step);
    Document document;
    const Value dict = document.dict();
    for (std::uint64_t i = 0; i < 200'000; ++i)
      document.insert(dict, Value::integer(static_cast<std::int64_t>(i * step)), Value::integer(1));
    // Products that overflow 64 bits are still all different, for the steps are odd or small enough.
    CHECK(dict.size() == 200'000);
    CHECK(dict.find(Value::integer(static_cast<std::int64_t>(199'999 * step))));
  }
  Document document;
  const Value floats = document.set();
  for (int i = 0; i < 200'000; ++i) document.add(floats, Value::floating(i * 0x1p-20));
  CHECK(floats.size() == 200'000);
}

}  // namespace
}  // namespace larder::testing
