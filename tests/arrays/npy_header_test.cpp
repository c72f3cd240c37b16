#include <string>
#include <vector>

#include "base/byte_order.h"
#include "formats/npy_header.h"
#include "tests/support/errors.h"

using namespace larder;
using larder::internal::npy_header;
using larder::internal::NpyHeader;

namespace {

std::string file_of(const std::string& text, int version = 1, int minor = 0) {
  std::string out("\x93NUMPY");
  out.append({static_cast<char>(version), static_cast<char>(minor)});
  std::byte length[4];
  internal::store_le(length, static_cast<std::uint32_t>(text.size()));
  out.append(reinterpret_cast<const char*>(length), version == 1 ? 2 : 4);
  return out + text;
}

std::string header_text(const std::string& descr, const std::string& shape = "(3,)",
                        const std::string& order = "False") {
  return "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }";
}

NpyHeader read(const std::string& file, const Limits& limits = {}) {
  const auto reader = memory_reader(as_bytes(file));
  return internal::read_npy_header(*reader, limits);
}

NpyHeader read_shape(const std::string& shape) { return read(file_of(header_text("'<f4'", shape))); }
NpyHeader read_descr(const std::string& descr, const Limits& limits = {}) {
  return read(file_of(header_text(descr), 2), limits);
}

// Anything but a typed Error or a header that means something fails the test. Returns whether there was a header.
bool is_well_behaved(const std::string& file) {
  try {
    const NpyHeader header = read(file);
    return checked_nbytes(header.shape, header.dtype.itemsize()) <= INT64_MAX && !header.dtype.descr().empty();
  } catch (const Error& error) {
    using enum ErrorKind;
    const ErrorKind kind = error.kind();
    if (kind != truncated && kind != malformed && kind != limit && kind != unsupported) FAIL(error.what());
    return false;
  }
}

}  // namespace

TEST_CASE("a header is written as numpy writes it, and read back") {
  const std::string header = npy_header(DType(), {3, 4}, Order::fortran);
  CHECK(header.size() == 128);
  CHECK(header.substr(0, 10) == std::string("\x93NUMPY\x01\x00v\x00", 10));
  CHECK(header.substr(10, 61) == "{'descr': '<f8', 'fortran_order': True, 'shape': (3, 4), }   ");
  CHECK(header.back() == '\n');
  const auto reader = memory_reader(as_bytes(header));
  const NpyHeader read_back = internal::read_npy_header(*reader, Limits{});
  CHECK(read_back.dtype.same_as(DType()));
  CHECK(read_back.shape == Shape{3, 4});
  CHECK(read_back.order == Order::fortran);
  CHECK(reader->position() == 128);
}

TEST_CASE("the version follows the length and the letters") {
  const auto version_of = [](const DType& dtype) { return static_cast<int>(npy_header(dtype, {1}, Order::c)[6]); };
  CHECK(version_of(DType::parse("[('\u00e9', 'f8')]")) == 1);
  CHECK(version_of(DType::parse("[('\u03a9', 'f8')]")) == 3);
  CHECK(version_of(DType::structure({{std::string(70'000, 'a'), DType(), 0, {}}}, 8)) == 2);
  for (const std::string name : {"\u00e9", "\u03a9", "\U0001F600", "it's", "\xed\xa0\x80"}) {
    const DType dtype = DType::structure({{name, DType(), 0, {}}}, 8);
    CHECK(read(npy_header(dtype, {1}, Order::c)).dtype == dtype);
  }
}

TEST_CASE("N2: shapes that cannot be") {
  CHECK_ERROR(read_shape("(4294967296, 4294967296)"), limit);
  CHECK_ERROR(read_shape("(9223372036854775808, 2)"), limit);
  CHECK_ERROR(read_shape("(-1,)"), malformed);
  CHECK_ERROR(read_shape("(0, 9223372036854775808)"), limit);
  CHECK_ERROR(read_shape("(0, 1099511627776, 1099511627776)"), limit);
  CHECK_ERROR(read_shape("(True,)"), malformed);
  CHECK_ERROR(read_shape("(1e3,)"), malformed);
  CHECK_ERROR(read_shape("[3]"), malformed);
  CHECK_ERROR(read_shape("3"), malformed);
  CHECK_ERROR(read_shape("(99999999999999999999,)"), limit);
  std::string axes = "(";
  for (int i = 0; i < 65'536; ++i) axes += "1,";
  CHECK_ERROR(read(file_of(header_text("'<f4'", axes + ")"), 2)), limit);
  Limits wide;
  wide.npy_header = 1'000'000;
  CHECK_ERROR(read(file_of(header_text("'<f4'", axes + ")"), 2), wide), limit);
  CHECK(read_shape("(0, 1099511627776)").shape == Shape{0, 1099511627776});
  CHECK(read_shape("()").shape.empty());
}

TEST_CASE("N3: dtypes that cannot be, and some that can") {
  CHECK(read_descr("'|V0'").dtype.itemsize() == 0);
  CHECK_ERROR(read_descr("'<U1073741824'"), limit);
  CHECK_ERROR(read_descr("('<f4', (65536, 65536, 65536))"), limit);
  CHECK_ERROR(read_descr("{'names': ['a', 'b'], 'formats': ['<i4', '<i4'], 'offsets': [0, 2]}"), malformed);
  CHECK(read_descr("'|O'").dtype.has_object());
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "[('a',";
  Limits wide;
  wide.npy_header = 100'000'000;
  CHECK_ERROR(read_descr(deep), limit);
  CHECK_ERROR(read_descr(deep, wide), limit);
  std::string many = "[";
  for (int i = 0; i < 1'000'000; ++i) many += "('f" + std::to_string(i) + "','i4'),";
  CHECK_ERROR(read_descr(many + "]"), limit);
  CHECK_ERROR(read_descr(many + "]", wide), limit);
}

TEST_CASE("N4: headers that cannot be") {
  const std::string plain = header_text("'<f8'");
  CHECK_ERROR(read(file_of("")), malformed);
  CHECK_ERROR(read(file_of(plain).substr(0, 40)), truncated);
  CHECK_ERROR(read(std::string("\x93NUMPY\x02\x00\xff\xff\xff\xff", 12)), limit);
  CHECK_ERROR(read(std::string("\x93NUMPY\x03\x00\xff\xff\xff\xff", 12)), limit);
  CHECK_ERROR(read(file_of(plain, 4)), unsupported);
  CHECK_ERROR(read(file_of(plain, 1, 1)), unsupported);
  CHECK_ERROR(read("\x93NUMPX\x01\x00" + plain), malformed);
  Limits wide;
  wide.npy_header = 1'000'000;
  CHECK_ERROR(read(file_of(std::string(100'000, '('), 2)), limit);
  CHECK_ERROR(read(file_of(std::string(100'000, '('), 2), wide), limit);
  CHECK_ERROR(read(file_of("{'shape': (9,), " + plain.substr(1))), malformed);
  CHECK_ERROR(read(file_of(header_text("__import__('os')"))), malformed);
  CHECK_ERROR(read(file_of(plain + plain)), malformed);
  CHECK_ERROR(read(file_of(plain + '\0')), malformed);
  // As to numpy, the newline at the end is a habit of writers and no part of the meaning.
  CHECK(read(file_of(plain)).shape == Shape{3});
}

TEST_CASE("the limit of a header counts characters") {
  Limits limits;
  limits.npy_header = 100;
  std::string name;
  for (int i = 0; i < 30; ++i) name += "\u03a9";
  const std::string text = header_text("[('" + name + "', 'f8')]", "()");
  REQUIRE(text.size() > 100);
  CHECK(read(file_of(text, 3), limits).dtype.fields()[0].name == name);
  CHECK_ERROR(read(file_of(text, 2), limits), limit);
  CHECK_ERROR(read(file_of(text + std::string(30, ' '), 3), limits), limit);
}

TEST_CASE("only versions 1 and 2 know Python 2's long integers") {
  CHECK(read(file_of(header_text("'<f8'", "(3L,)"), 1)).shape == Shape{3});
  CHECK(read(file_of(header_text("'<f8'", "(3L,)"), 2)).shape == Shape{3});
  CHECK_ERROR(read(file_of(header_text("'<f8'", "(3L,)"), 3)), malformed);
}

TEST_CASE("errors of headers name the byte in the file and the file") {
  try {
    read(file_of(header_text("'q9'")));
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(std::string(error.what()) == "not a dtype of numpy: 'q9' (byte 20, <memory>)");
  }
}

TEST_CASE("a header cut anywhere is truncated") {
  for (const DType& dtype : {DType(), DType::parse("[('a', '<i4'), ('\u03a9', 'S3', (2, 2))]")}) {
    const std::string header = npy_header(dtype, {3, 4}, Order::c);
    for (std::size_t size = 0; size < header.size(); ++size) {
      INFO("cut to " << size);
      CHECK_ERROR(read(header.substr(0, size)), truncated);
    }
  }
}

TEST_CASE("a header with any byte changed is an error or a header") {
  for (const DType& dtype :
       {DType(), DType::parse("[(('t', 'a'), '<M8[25s]'), ('', 'V3'), ('\u03a9', 'S3', (2, 2))]")}) {
    const std::string header = npy_header(dtype, {3, 4}, Order::c);
    std::size_t accepted = 0;
    for (std::size_t at = 0; at < header.size(); ++at) {
      for (int value = 0; value < 256; ++value) {
        std::string changed = header;
        changed[at] = static_cast<char>(value);
        if (is_well_behaved(changed)) ++accepted;
      }
    }
    CHECK(accepted >= header.size());  // each byte left as it is, at least
    CHECK(accepted < header.size() * 64);
  }
}
