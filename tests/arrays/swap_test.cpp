#include <algorithm>
#include <string>

#include <larder/dtype.h>

#include "arrays/swap.h"
#include "tests/support/errors.h"

using namespace larder;

namespace {

std::string swapped(std::string_view dtype, std::string bytes) {
  const DType parsed = DType::parse(dtype);
  swap_bytes(bytes.data(), bytes.size() / parsed.itemsize(), parsed);
  return bytes;
}

}  // namespace

TEST_CASE("each part is reversed as its kind wants it") {
  CHECK(swapped("i2", "abcd") == "badc");
  CHECK(swapped("f4", "abcdefgh") == "dcbahgfe");
  CHECK(swapped("c8", "abcdefgh") == "dcbahgfe");
  CHECK(swapped("c16", "abcdefghijklmnop") == "hgfedcbaponmlkji");
  CHECK(swapped("f16", "abcdefghijklmnop") == "ponmlkjihgfedcba");
  CHECK(swapped("M8[s]", "abcdefgh") == "hgfedcba");
  CHECK(swapped("U2", "abcdefgh") == "dcbahgfe");
  CHECK(swapped("bfloat16", "abcd") == "badc");
  for (const char* same : {"S4", "V4", "?", "i1", "O", "float8_e5m2"}) {
    INFO(same);
    CHECK(swapped(same, "abcdefgh") == "abcdefgh");
  }
  CHECK(swapped("[('a','i2'),('','V1'),('b','S1'),('c','u2',(2,))]",
                "ab-cdefg"
                "ab-cdefg") ==
        "ba-cedgf"
        "ba-cedgf");
  CHECK(swapped("('i2',(2,2))", "abcdefgh") == "badcfehg");
  CHECK(swapped("[('a',[('x','i2'),('y','S1')],(2,))]", "abcdefghijkl") == "bacedfhgikjl");
}

TEST_CASE("blocks join without a seam") {
  std::string bytes(3 * 100'003, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 + i / 256);
  const std::string before = bytes;
  const DType dtype = DType::parse("[('a','i2'),('b','i1')]");
  swap_bytes(bytes.data(), 100'003, dtype);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    if (bytes[i] != before[i + 1] || bytes[i + 1] != before[i] || bytes[i + 2] != before[i + 2])
      FAIL("element " << i / 3);
  }
}

TEST_CASE("elements without bytes take no time") {
  const DType nothing = DType::parse("[]");
  swap_bytes(nullptr, SIZE_MAX, nothing);
  swap_bytes(nullptr, SIZE_MAX, DType::subarray(nothing, {2147483647}));
  SUCCEED();
}

TEST_CASE("make_native turns foreign parts only") {
  std::string bytes = "abcd";
  larder::internal::make_native(bytes.data(), 1, DType::parse("[('a','>i2'),('b','<i2')]"));
  CHECK(bytes == "bacd");
}
