#include <array>
#include <cstdint>
#include <numeric>

#include <larder/dump.h>

#include "tests/capi/handles.h"
#include "tests/support/temporary.h"

using namespace larder::testing;

namespace {

constexpr std::array<std::uint64_t, 2> shape = {3, 4};
constexpr std::size_t dimensions = shape.size();

struct Numbers {
  std::array<double, 12> values{};
  Numbers() { std::iota(values.begin(), values.end(), 1.0); }
};

ArrayHandle borrowed(const Numbers& numbers, int fortran = 0) {
  return make<ArrayHandle>(larder_array_borrow, "<f8", shape.data(), dimensions, fortran,
                           static_cast<const void*>(numbers.values.data()));
}

void check_numbers(const larder_array* array) {
  CHECK(std::string(larder_array_dtype(array)) == "<f8");
  REQUIRE(larder_array_dimensions(array) == 2);
  CHECK(larder_array_shape(array)[0] == 3);
  CHECK(larder_array_shape(array)[1] == 4);
  REQUIRE(larder_array_nbytes(array) == 96);
  CHECK(std::memcmp(larder_array_elements(array), Numbers().values.data(), 96) == 0);
}

// {"values": [array, b"\x00bytes"], "text": "é", "count": 3}
larder::Path written_document(const TemporaryDirectory& directory) {
  const Numbers numbers;
  larder::Document document;
  const auto array = larder::Array::copy_of<double>(numbers.values, {3, 4});
  const std::string content("\0bytes", 6);
  const std::array members = {document.array(array), document.bytes(larder::as_bytes(content))};
  const larder::Value dict = document.dict();
  document.insert(dict, document.str("values"), document.list(members));
  document.insert(dict, document.str("text"), document.str("\u00e9"));
  document.insert(dict, document.str("count"), larder::Value::integer(3));
  document.set_root(dict);
  larder::dump(document.root(), directory / "values.joblib");
  return directory / "values.joblib";
}

}  // namespace

TEST_CASE("an array goes through a file and back, in C") {
  const std::string name = GENERATE("a.npy", "a.joblib", "a.joblib.zst", "a.npy.gz");
  const int fortran = GENERATE(0, 1);
  const char* const mmap_mode = GENERATE(static_cast<const char*>(nullptr), "r", "c");
  const bool compressed = name.ends_with("t") || name.ends_with("z");
  if (compressed && mmap_mode != nullptr) return;
  const TemporaryDirectory directory;
  const std::string path = directory / name;
  const Numbers numbers;
  {
    const auto array = borrowed(numbers, fortran);
    const auto document = make<DocumentHandle>(larder_document_of_array, array.get());
    call(larder_dump, document.get(), path.c_str(), nullptr);
  }
  auto document = make<DocumentHandle>(larder_load, path.c_str(), mmap_mode);
  const auto array = make<ArrayHandle>(larder_document_array, document.get(), "");
  document.reset();
  check_numbers(array.get());
  CHECK(larder_array_is_fortran(array.get()) == fortran);
  CHECK(larder_array_is_mapped(array.get()) == (mmap_mode != nullptr ? 1 : 0));
  const bool writable = mmap_mode == nullptr || std::string_view(mmap_mode) == "c";
  CHECK((larder_array_mutable_elements(array.get()) != nullptr) == writable);
}

TEST_CASE("an array goes through memory and back, in C") {
  const Numbers numbers;
  const auto document = make<DocumentHandle>(larder_document_of_array, borrowed(numbers).get());
  const std::string format = GENERATE("npy", "joblib", "pickle");
  const char* const compression = GENERATE(static_cast<const char*>(nullptr), "zlib", "none");
  const auto bytes = make<BytesHandle>(larder_dumps, document.get(), format.c_str(), compression);
  const auto back = make<DocumentHandle>(larder_loads, larder_bytes_data(bytes.get()), larder_bytes_size(bytes.get()));
  check_numbers(make<ArrayHandle>(larder_document_array, back.get(), nullptr).get());
}

TEST_CASE("parts of a document are found by their path, in C, and outlive it") {
  const TemporaryDirectory directory;
  const std::string path = written_document(directory);
  auto document = make<DocumentHandle>(larder_load, path.c_str(), nullptr);
  const auto array = make<ArrayHandle>(larder_document_array, document.get(), "values[0]");
  const auto bytes = make<BytesHandle>(larder_document_bytes, document.get(), "values[1]");
  const auto text = make<BytesHandle>(larder_document_bytes, document.get(), "text");
  const auto json = make<BytesHandle>(larder_document_json, document.get(), "count");
  void* nothing = nullptr;
  CHECK(refused(LARDER_NOT_FOUND, larder_document_array, document.get(), "values[2]",
                reinterpret_cast<larder_array**>(&nothing))
            .find("values[2]") != std::string::npos);
  refused(LARDER_USAGE, larder_document_array, document.get(), "text", reinterpret_cast<larder_array**>(&nothing));
  refused(LARDER_USAGE, larder_document_bytes, document.get(), "count", reinterpret_cast<larder_bytes**>(&nothing));
  refused(LARDER_USAGE, larder_document_json, document.get(), "values[", reinterpret_cast<larder_bytes**>(&nothing));
  CHECK(nothing == nullptr);
  document.reset();
  check_numbers(array.get());
  CHECK(text_of(bytes) == std::string_view("\0bytes", 6));
  CHECK(text_of(text) == "\u00e9");
  CHECK(text_of(json) == "3");
}

TEST_CASE("Python bytes are made in C") {
  const auto document = make<DocumentHandle>(larder_document_of_bytes, "a\0b", std::size_t{3});
  const auto bytes = make<BytesHandle>(larder_dumps, document.get(), "pickle", nullptr);
  const auto back = make<DocumentHandle>(larder_loads, larder_bytes_data(bytes.get()), larder_bytes_size(bytes.get()));
  CHECK(text_of(make<BytesHandle>(larder_document_bytes, back.get(), nullptr)) == std::string_view("a\0b", 3));
  CHECK(text_of(make<BytesHandle>(larder_document_json, back.get(), nullptr)).starts_with("{\"$bytes\":"));
}

TEST_CASE("dtypes are numpy's, in C") {
  struct Case {
    const char *given, *found;
    std::uint64_t itemsize;
  };
  const auto one = GENERATE(Case{"float64", "<f8", 8}, Case{">i4", ">i4", 4}, Case{"?", "|b1", 1}, Case{"S5", "|S5", 5},
                            Case{"datetime64[ns]", "<M8[ns]", 8},
                            Case{"[('a', '<i4'), ('b', '|S3')]", "[('a', '<i4'), ('b', '|S3')]", 7});
  const std::array<std::uint64_t, 1> length = {2};
  const std::array<char, 16> elements{};
  const auto array = make<ArrayHandle>(larder_array_borrow, one.given, length.data(), std::size_t{1}, 0,
                                       static_cast<const void*>(elements.data()));
  CHECK(std::string(larder_array_dtype(array.get())) == one.found);
  CHECK(larder_array_nbytes(array.get()) == 2 * one.itemsize);
  CHECK(larder_array_elements(array.get()) == elements.data());
  CHECK(larder_array_mutable_elements(array.get()) == nullptr);
  CHECK(larder_array_is_fortran(array.get()) == 0);
}

TEST_CASE("an array without axes, or without elements, is one in C") {
  const double number = 7;
  const auto scalar =
      make<ArrayHandle>(larder_array_borrow, "f8", nullptr, std::size_t{0}, 0, static_cast<const void*>(&number));
  CHECK(larder_array_dimensions(scalar.get()) == 0);
  CHECK(larder_array_nbytes(scalar.get()) == 8);
  const std::array<std::uint64_t, 2> none = {5, 0};
  const auto empty = make<ArrayHandle>(larder_array_borrow, "f8", none.data(), std::size_t{2}, 0, nullptr);
  CHECK(larder_array_nbytes(empty.get()) == 0);
  const auto document = make<DocumentHandle>(larder_document_of_array, empty.get());
  make<BytesHandle>(larder_dumps, document.get(), "npy", nullptr);
}

TEST_CASE("arrays that cannot be are refused in C") {
  larder_array* out = nullptr;
  const double number = 7;
  const auto* const elements = static_cast<const void*>(&number);
  const std::array<std::uint64_t, 2> huge = {std::uint64_t{1} << 40, std::uint64_t{1} << 40};
  const std::vector<std::uint64_t> deep(65, 1);
  refused(LARDER_LIMIT, larder_array_borrow, "f8", huge.data(), std::size_t{2}, 0, elements, &out);
  refused(LARDER_MALFORMED, larder_array_borrow, "nonsense", huge.data(), std::size_t{0}, 0, elements, &out);
  refused(LARDER_USAGE, larder_array_borrow, "O", huge.data(), std::size_t{0}, 0, elements, &out);
  refused(LARDER_LIMIT, larder_array_borrow, "f8", deep.data(), deep.size(), 0, elements, &out);
  CHECK(out == nullptr);
}

TEST_CASE("files that are no values are refused in C") {
  larder_document* out = nullptr;
  refused(LARDER_UNSUPPORTED, larder_loads, "what is this?", std::size_t{13}, &out);
  refused(LARDER_TRUNCATED, larder_loads, nullptr, std::size_t{0}, &out);
  refused(LARDER_TRUNCATED, larder_loads, "\x80\x04", std::size_t{2}, &out);
  refused(LARDER_NOT_FOUND, larder_load, "/there/is/none", nullptr, &out);
  refused(LARDER_USAGE, larder_load, "/there/is/none", "x", &out);
  CHECK(out == nullptr);
}
