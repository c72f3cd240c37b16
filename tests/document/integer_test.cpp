// Integers of any size, against a table that Python made.
#include <catch2/catch.hpp>

#include <larder/document.h>

#include "document/integer.h"
#include "integer_table.h"
#include "tests/support/errors.h"
#include "tests/support/hexadecimal.h"

namespace larder::testing {
namespace {

TEST_CASE("bytes and digits agree with Python") {
  Document document;
  for (const auto& [hex, decimal] : integers) {
    INFO(decimal);
    const std::string bytes = from_hex(hex);
    const Value value = document.integer(as_bytes(bytes));
    CHECK(value.int_text() == decimal);
    CHECK(value.int_bytes() == bytes);
    CHECK(internal::bytes_of_text(decimal) == bytes);
    const bool fits = bytes.size() <= 8;
    CHECK(value.fits_int64() == fits);
    if (fits)
      CHECK(std::to_string(value.as_int()) == decimal);
    else
      CHECK_ERROR(value.as_int(), limit);
  }
}

TEST_CASE("redundant sign bytes say nothing") {
  Document document;
  for (const auto& [hex, decimal] : integers) {
    const char sign = decimal.starts_with('-') ? '\xff' : '\0';
    const std::string bytes = from_hex(hex) + std::string(10, sign);
    CHECK(document.integer(as_bytes(bytes)).int_text() == decimal);
  }
}

TEST_CASE("digits that are none") {
  for (const char* const text : {"", "-", "+", "--1", "1a", " 1", "1 ", "0x1"}) {
    INFO(text);
    CHECK_FALSE(internal::bytes_of_text(text));
  }
  CHECK(internal::bytes_of_text("-Ff", 16) == internal::bytes_of(-255));
  CHECK(internal::bytes_of_text("17", 8) == internal::bytes_of(15));
  CHECK_FALSE(internal::bytes_of_text("18", 8));
}

TEST_CASE("int_text stops at the digits that are allowed") {
  Document document;
  const auto of_digits = [&](std::size_t count) {
    return document.integer(as_bytes(*internal::bytes_of_text("1" + std::string(count - 1, '0'))));
  };
  CHECK(of_digits(4300).int_text() == "1" + std::string(4299, '0'));
  CHECK_ERROR(of_digits(4301).int_text(), limit);
  CHECK_ERROR(of_digits(10'000).int_text(), limit);
  CHECK(of_digits(10'000).int_text(10'000).size() == 10'000);
  CHECK_ERROR(Value::integer(-1234).int_text(3), limit);
  CHECK(Value::integer(-123).int_text(3) == "-123");
  const std::vector<std::byte> huge(10'000'000, std::byte{0x55});
  CHECK_ERROR(document.integer(huge).int_text(), limit);
}

}  // namespace
}  // namespace larder::testing
