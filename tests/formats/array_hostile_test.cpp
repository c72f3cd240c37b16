// Hostile arrays: rows P13 and P19 (joblib's wrapper) and N1 to N4 (.npy) of the attack checklist.
#include <catch2/catch.hpp>

#include "hostile.h"
#include "tests/support/small_stack.h"
#include "transports.h"

namespace larder::testing {
namespace {

// The wrapper of joblib with chosen parts; the defaults are an array of two '<i2' elements.
struct Wrapper {
  std::string shape = "K\x02\x85";
  std::string order = "X" + little(1, 4) + "C";
  std::string dtype = "cnumpy\ndtype\nX" + little(2, 4) + "i2\x89\x88\x87R(K\x03X" + little(1, 4) +
                      "<NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK" + std::string(1, '\0') + "tb";
  std::string alignment = "K\x10";
  std::string state = {};  // instead of all of the above
  std::string data = "\x02\xff\xff\x01" + std::string(1, '\0') + "\x02" + std::string(1, '\0') + ".";

  std::string bytes() const {
    const auto key = [](std::string_view name) { return "X" + little(name.size(), 4) + std::string(name); };
    const std::string made = "}(" + key("subclass") + "cnumpy\nndarray\n" + key("shape") + shape + key("order") +
                             order + key("dtype") + dtype + key("allow_mmap") + "\x88" +
                             key("numpy_array_alignment_bytes") + alignment + "u";
    return "\x80\x02"
           "cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81" +
           (state.empty() ? made : state) + "b" + data;
  }
};

std::string kind(const Wrapper& wrapper, const Limits& limits = {}) {
  return kind_of(read_everywhere(*find_format("joblib"), wrapper.bytes(), limits));
}

std::string int8(std::uint64_t number) { return "\x8a\x09" + little(number, 8) + std::string(1, '\0'); }

TEST_CASE("a joblib array that is as it should be") {
  const Outcome outcome = read_everywhere(*find_format("joblib"), Wrapper().bytes());
  REQUIRE(outcome.document);
  CHECK(to_json(outcome.root()) == "{\"$array\": {\"dtype\": \"int16\", \"shape\": [2], \"data\": [1, 2]}}");
}

TEST_CASE("P13: shapes that are no shapes") {
  for (const std::string& shape : {std::string("N"), std::string("K\x02"), std::string("J\xff\xff\xff\xff\x85"),
                                   "X" + little(1, 4) + "2\x85", raw("G@\0\0\0\0\0\0\0\x85"), std::string("]")}) {
    Wrapper wrapper;
    wrapper.shape = shape;
    CHECK(kind(wrapper) == "malformed");
  }
}

TEST_CASE("P13, P19: shapes whose product overflows or is larger than the file") {
  Wrapper wrapper;
  wrapper.shape = int8(1ull << 31) + int8(1ull << 31) + "\x86";
  CHECK(kind(wrapper) == "limit");
  wrapper.shape = int8(1ull << 31) + int8(1ull << 31) + "K\x04\x87";
  CHECK(kind(wrapper) == "limit");
  wrapper.shape = int8(1ull << 40) + "\x85";
  CHECK(kind(wrapper) == "truncated");
  wrapper.shape = "(" + repeated("K\x01", 65) + "t";
  CHECK(kind(wrapper) == "limit");
  wrapper.shape = "K" + raw("\0") + "K\x07\x86";
  wrapper.data = "\x01\xff.";
  CHECK(kind(wrapper) == "a value");
}

TEST_CASE("P13: orders and states that are none") {
  Wrapper wrapper;
  wrapper.order = "K\x02";
  CHECK(kind(wrapper) == "malformed");
  wrapper.order = "X" + little(1, 4) + "K";
  CHECK(kind(wrapper) == "malformed");
  for (const char* const state : {"]", "}", "K\x01", ")"}) {
    Wrapper other;
    other.state = state;
    CHECK(kind(other) == "malformed");
  }
}

TEST_CASE("P13: dtypes that are none") {
  const std::string text = "X" + little(2, 4);
  for (const std::string& dtype :
       {std::string("N"), text + "i2", std::string("cnumpy\ndtype\n)R"), "cos\nsystem\n" + text + "i2\x85R",
        "cnumpy\ndtype\n" + text + "zz\x89\x88\x87R", "cnumpy\ndtype\n" + text + "i3\x89\x88\x87R"}) {
    Wrapper wrapper;
    wrapper.dtype = dtype;
    CHECK(kind(wrapper) == "malformed");
  }
  Wrapper unfinished;
  unfinished.dtype = "cnumpy\ndtype\n" + text + "i2\x89\x88\x87R)b";
  CHECK(kind(unfinished) == "unsupported");
  Wrapper user;
  user.dtype = "cnumpy\ndtype\ncml_dtypes\nbfloat16\n\x85R";
  CHECK(kind(user) == "unsupported");
}

TEST_CASE("P13: a dtype that contains itself") {
  // dtype 'V8' whose one field is the dtype again (memo 9)
  Wrapper wrapper;
  const std::string name = "X" + little(1, 4) + "a";
  wrapper.dtype = "cnumpy\ndtype\nX" + little(2, 4) + "V8\x89\x88\x87Rq\x09(K\x03X" + little(1, 4) + "|N" + name +
                  "\x85}" + name + "h\x09K" + raw("\0") + "\x86s" + "K\x08K\x01K\x10tb";
  CHECK(kind(wrapper) == "limit");
}

TEST_CASE("P19: padding past the end, and alignments that joblib never writes") {
  Wrapper wrapper;
  wrapper.data = "\xff" + std::string(10, '\xff');
  CHECK(kind(wrapper) == "truncated");
  for (const std::string& alignment : {raw("K\0"), int8(1ull << 30), std::string("K\x03")}) {
    Wrapper other;
    other.alignment = alignment;
    CHECK(kind(other) == "a value");  // the padding byte tells how long the padding is
  }
  wrapper.alignment = "N";
  wrapper.data = raw("\x01\0\x02\0.");
  CHECK(kind(wrapper) == "a value");
}

TEST_CASE("P19: an object array whose pickle is nested ten thousand deep") {
  Wrapper wrapper;
  wrapper.dtype = "cnumpy\ndtype\nX" + little(2, 4) + "O8\x89\x88\x87R(K\x03X" + little(1, 4) +
                  "|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x3ftb";
  const std::size_t depth = 10'000;
  wrapper.data = "\x80\x02" + repeated("]", depth) + repeated("a", depth - 1) + "..";
  std::string found;
  on_small_stack([&] { found = kind_of(read_memory(*find_format("joblib"), wrapper.bytes())); });
  CHECK(found == "a value");
}

std::string npy(std::string_view header, std::string_view data,
                std::string_view version = std::string_view("\x01\0", 2)) {
  return "\x93NUMPY" + std::string(version) + little(header.size(), version[0] == 1 ? 2 : 4) + std::string(header) +
         std::string(data);
}

std::string described(std::string_view descr, std::string_view shape) {
  return "{'descr': " + std::string(descr) + ", 'fortran_order': False, 'shape': " + std::string(shape) + ", }\n";
}

std::string npy_kind(const std::string& bytes, const Limits& limits = {}) {
  return kind_of(read_everywhere(*find_format("npy"), bytes, limits));
}

TEST_CASE("N1: a small file that announces a large array") {
  CHECK(npy_kind(npy(described("'<f4'", "(300000000,)"), "abcd")) == "truncated");
  CHECK(npy_kind(npy(described("'<f4'", "(1125899906842624,)"), "abcd")) == "truncated");
}

TEST_CASE("N1: an array larger than Limits::bytes allows") {
  Limits limits;
  limits.bytes = 1000;
  CHECK(npy_kind(npy(described("'<f4'", "(1000,)"), std::string(4000, 'x')), limits) == "limit");
  CHECK(npy_kind(npy(described("'<f4'", "(1000,)"), std::string(999, 'x')), limits) == "truncated");
}

TEST_CASE("all arrays of a file share Limits::bytes") {
  Document document;
  const Value array = document.array(Array::allocate(DType::of<std::uint8_t>(), {600'000}));
  const Value members[] = {array, array};
  MemoryWriter writer;
  find_format("joblib")->write(document.list(members), writer, {});
  Limits limits;
  limits.bytes = 1'300'000;
  CHECK(kind_of(read_everywhere(*find_format("joblib"), as_text(writer.bytes()), limits)) == "a value");
  limits.bytes = 1'100'000;
  CHECK(kind_of(read_everywhere(*find_format("joblib"), as_text(writer.bytes()), limits)) == "limit");
}

TEST_CASE("N2: shapes") {
  for (const char* const shape : {"(4294967296, 4294967296)", "(9223372036854775808,)", "(0, 9223372036854775808)",
                                  "(99999999999999999999999999,)"}) {
    INFO(shape);
    CHECK((npy_kind(npy(described("'<f8'", shape), "")) == "limit" ||
           npy_kind(npy(described("'<f8'", shape), "")) == "malformed"));
  }
  for (const char* const shape : {"(-1,)", "(True,)", "(1e3,)", "1", "[1]", "(None,)", "('1',)"}) {
    INFO(shape);
    CHECK(npy_kind(npy(described("'<f8'", shape), std::string(8, 'x'))) == "malformed");
  }
  Limits limits;
  limits.npy_header = 1 << 20;
  std::string dims = "(" + repeated("1,", 65'536) + ")";
  CHECK(npy_kind(npy(described("'<f8'", dims), "12345678", std::string_view("\x02\0", 2)), limits) == "limit");
  CHECK(npy_kind(npy(described("'<f8'", "(0, 5)"), "")) == "a value");
  CHECK(npy_kind(npy(described("'<f8'", "()"), "12345678")) == "a value");
}

TEST_CASE("N3: descriptions of elements") {
  CHECK(npy_kind(npy(described("'<U1073741824'", "(1,)"), "")) == "limit");
  CHECK(npy_kind(npy(described("('<f4', (65536, 65536, 65536))", "(1,)"), "")) == "limit");
  CHECK(npy_kind(npy(described("'<f3'", "(1,)"), "")) == "malformed");
  CHECK(npy_kind(npy(described("'<f4", "(1,)"), "")) == "malformed");
  Limits limits;
  limits.npy_header = 100'000'000;
  const std::string_view version("\x02\0", 2);
  const std::string fields = "[" + repeated("('', 'u1'),", 1'000'000) + "]";
  CHECK((npy_kind(npy(described(fields, "(1,)"), "", version), limits) == "limit" ||
         npy_kind(npy(described(fields, "(1,)"), "", version), limits) == "malformed"));
  const std::string nested = repeated("[('a', ", 10'000) + "'u1'" + repeated(")]", 10'000);
  std::string found;
  on_small_stack(
      [&] { found = kind_of(read_memory(*find_format("npy"), npy(described(nested, "(1,)"), "", version), limits)); });
  CHECK((found == "limit" || found == "malformed"));
}

TEST_CASE("N3: an array of objects is a pickle, run by the same machine") {
  const std::string head = npy(described("'|O'", "(1,)"), "");
  CHECK(npy_kind(head + raw("\x80\x02K\x01.")) == "a value");
  CHECK(npy_kind(head + raw("\x80\x02K\x01")) == "truncated");
  CHECK(npy_kind(head + "cos\nsystem\n(S'id'\ntR.") == "a value");  // kept as data, never called
}

TEST_CASE("N4: headers") {
  CHECK(npy_kind(npy("", "")) == "malformed");
  CHECK(npy_kind("\x93NUMPY" + raw("\x01\0\xff\xff") + "{}") == "limit");
  CHECK(npy_kind("\x93NUMPY" + raw("\x01\0\x00\x10") + "{}") == "truncated");
  CHECK(npy_kind("\x93NUMPY" + raw("\x02\0\xff\xff\xff\xff") + "{}") == "limit");
  CHECK(npy_kind("\x93NUMPY" + raw("\x04\0\x02\0") + "{}") == "unsupported");
  CHECK(npy_kind("\x93NUMPY" + raw("\x01\x01\x02\0") + "{}") == "unsupported");
  Limits limits;
  limits.npy_header = 1 << 20;
  const std::string deep = repeated("(", 100'000);
  std::string found;
  on_small_stack(
      [&] { found = kind_of(read_memory(*find_format("npy"), npy(deep, "", std::string_view("\x02\0", 2)), limits)); });
  CHECK((found == "limit" || found == "malformed"));
  for (const std::string& header :
       {std::string("__import__('os')\n"), described("__import__('os')", "(1,)"),
        std::string("{'descr': '<f8', 'descr': '<f4', 'fortran_order': False, 'shape': ()}\n"),
        std::string("{'descr': '<f8', 'fortran_order': False}\n"), std::string("{'descr': '<f8'"),
        std::string("{'descr': '<f8', 'fortran_order': 0, 'shape': ()}\n"),
        std::string("{'descr': '<f8', 'fortran_order': False, 'shape': (), 'x': 1}\n")}) {
    INFO(header);
    CHECK(npy_kind(npy(header, std::string(8, 'x'))) == "malformed");
  }
  CHECK(npy_kind(npy("{'descr': '<f8', 'fortran_order': False, 'shape': ()}", std::string(8, 'x'))) == "a value");
}

}  // namespace
}  // namespace larder::testing
