// Hostile arrays of numpy in plain pickles: rows P12 and P13 of the attack checklist.
#include <catch2/catch.hpp>

#include "hostile.h"
#include "transports.h"

namespace larder::testing {
namespace {

const Format& pickle() { return *find_format("pickle"); }

Outcome run(const std::string& bytes, Python2Strings strings = Python2Strings::ascii) {
  return read_everywhere(pickle(), bytes, {}, {.python2_strings = strings});
}
std::string kind(const std::string& bytes) { return kind_of(run(bytes)); }
std::string json(const std::string& bytes) {
  const Outcome outcome = run(bytes);
  return outcome.document ? to_json(outcome.root()) : outcome.message;
}

// Written in both formats and read again.
void check_survives(Value value) {
  for (const char* const format : {"pickle", "joblib"}) {
    for (int protocol = 0; protocol <= 5; ++protocol) {
      INFO(format << " protocol " << protocol);
      MemoryWriter writer;
      find_format(format)->write(value, writer, {.protocol = protocol});
      const Outcome again = read_memory(pickle(), as_text(writer.bytes()));
      INFO(again.message);
      REQUIRE(again.document);
      CHECK(equal(again.root(), value));
    }
  }
}

std::string int8(std::uint64_t number) { return "\x8a\x09" + little(number, 8) + std::string(1, '\0'); }
std::string text(std::string_view letters) { return "X" + little(letters.size(), 4) + std::string(letters); }
std::string bytes(std::string_view content) { return "C" + little(content.size(), 1) + std::string(content); }

std::string dtype(std::string_view code, std::string_view order = "<") {
  return "cnumpy\ndtype\n" + text(code) + "\x89\x88\x87R(K\x03" + text(order) +
         raw("NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb");
}
const std::string objects =
    "cnumpy\ndtype\n" + text("O8") + "\x89\x88\x87R(K\x03" + text("|") + "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x3ftb";

// numpy's pickle of an array, with chosen parts; the defaults are two '<i2' elements.
struct Ndarray {
  std::string array_class = "cnumpy\nndarray\n";
  std::string shape = "K\x02\x85";
  std::string dtype = testing::dtype("i2");
  std::string fortran = "\x89";
  std::string data = bytes(raw("\x01\0\x02\0"));
  std::string state = {};   // instead of all above but the class
  std::string before = {};  // between the call and the state

  std::string body() const {
    const std::string made = "(K\x01" + shape + dtype + fortran + data + "t";
    return "cnumpy.core.multiarray\n_reconstruct\n" + array_class + raw("K\0\x85") + bytes("b") + "\x87R" + before +
           (state.empty() ? made : state) + "b";
  }
  std::string whole() const { return "\x80\x03" + body() + "."; }
};

TEST_CASE("an array as it should be, by every name of its function") {
  const std::string good = Ndarray().whole();
  CHECK(json(good) == "{\"$array\": {\"dtype\": \"int16\", \"shape\": [2], \"data\": [1, 2]}}");
  check_survives(run(good).root());
  for (const std::string_view name : {"numpy._core.multiarray", "numpy.core._internal"}) {
    std::string other = good;
    other.replace(other.find("numpy.core.multiarray"), 21, name);
    CHECK(json(other) == json(good));
  }
  std::string foreign = good;
  foreign.replace(foreign.find("numpy.core.multiarray"), 21, "numpy.core.somewhere1");
  CHECK(run(foreign).root().is(ValueKind::object));
}

TEST_CASE("P13: sizes that do not fit the bytes") {
  Ndarray array;
  for (const std::string_view content : {"", "123", "12345"}) {
    array.data = bytes(content);
    CHECK(kind(array.whole()) == "malformed");
  }
  array = {};
  for (const std::string& shape : {std::string("J\xff\xff\xff\xff\x85"), std::string("K\x03\x85"), raw("K\0\x85"),
                                   std::string("N"), std::string("K\x02"), "G@" + std::string(7, '\0') + "\x85",
                                   text("2") + "\x85", std::string("]"), std::string("\x88\x85")}) {
    array.shape = shape;
    CHECK(kind(array.whole()) == "malformed");
  }
  array.shape = int8(1ull << 31) + int8(1ull << 31) + "K\x04\x87";
  CHECK(kind(array.whole()) == "limit");
  array.shape = int8(1ull << 40) + "\x85";
  CHECK(kind(array.whole()) == "malformed");
  array.shape = "(" + repeated("K\x01", 65) + "t";
  CHECK(kind(array.whole()) == "limit");
  array.shape = raw("K\0") + int8(1ull << 62) + int8(1ull << 62) + "\x87";
  CHECK(kind(array.whole()) == "limit");
}

TEST_CASE("P13: no axes, no elements") {
  Ndarray array;
  array.shape = ")";
  array.data = bytes(raw("\x07\0"));
  CHECK(json(array.whole()) == "{\"$array\": {\"dtype\": \"int16\", \"shape\": [], \"data\": [7]}}");
  check_survives(run(array.whole()).root());
  array.shape = raw("K\0K\x07\x86");
  array.data = bytes("");
  CHECK(run(array.whole()).root().as_array().shape() == Shape{0, 7});
  check_survives(run(array.whole()).root());
}

TEST_CASE("P13: the order is True or False, or 0 or 1") {
  Ndarray array;
  for (const std::string& order : {std::string("\x88"), std::string("\x89"), raw("K\0"), std::string("K\x01")}) {
    array.fortran = order;
    CHECK(kind(array.whole()) == "a value");
  }
  for (const std::string& order :
       {std::string("K\x02"), std::string("N"), text("F"), std::string("J\xff\xff\xff\xff")}) {
    array.fortran = order;
    CHECK(kind(array.whole()) == "malformed");
  }
}

TEST_CASE("P13: arrays of Python objects") {
  Ndarray array;
  array.dtype = objects;
  array.data = raw("](K\x01Ne");
  const Outcome outcome = run(array.whole());
  REQUIRE(outcome.document);
  CHECK(outcome.root().is(ValueKind::object));
  CHECK(outcome.root().state()[4].size() == 2);
  check_survives(outcome.root());
  for (const std::string& list : {std::string("]"),
                                  raw("]K\x01"
                                      "a"),
                                  raw("](NNNe"), bytes("12345678"), std::string("N")}) {
    array.data = list;
    CHECK(kind(array.whole()) == "malformed");
  }
}

TEST_CASE("P12, P13: states and dtypes that are none") {
  Ndarray array;
  for (const char* const state : {"N", "}", "]", ")", "(K\x01t", "K\x05"}) {
    array.state = state;
    CHECK(kind(array.whole()) == "malformed");
  }
  array = {};
  for (const std::string& code : {std::string("V2147483647"), std::string("i3"), std::string("zz"), std::string()}) {
    array.dtype = dtype(code);
    CHECK(kind(array.whole()) != "a value");
  }
  for (const std::string& data : {std::string("N"), std::string("K\x01"), std::string("]"), std::string("}"),
                                  "X" + little(4, 4) + "\xc4\x80\xc4\x80"}) {
    array = {};
    array.data = data;
    CHECK(kind(array.whole()) == "malformed");
  }
  array = {};
  array.dtype = "N";
  CHECK(kind(array.whole()) == "malformed");
}

TEST_CASE("P13: sub-classes keep states of their own") {
  Ndarray array;
  array.array_class = "cmine\nMine\n";
  CHECK(run(array.whole()).root().is(ValueKind::array));
  check_survives(run(array.whole()).root());
  for (const std::string& state : {std::string("N"), std::string("}"), "(" + text("mine") + "t", raw("K\x05")}) {
    array.state = state;
    const Outcome outcome = run(array.whole());
    REQUIRE(outcome.document);
    CHECK(outcome.root().is(ValueKind::object));
    check_survives(outcome.root());
  }
}

TEST_CASE("P13: what holds an array before its state is set stays right") {
  // Nobody asks for it before: it is an array, from the memo as well.
  Ndarray array;
  array.before = "q\x05";
  const Outcome later = run("\x80\x03" + array.body() + "h\x05\x86.");
  REQUIRE(later.document);
  CHECK(later.root()[0].is(ValueKind::array));
  CHECK(later.root()[0].same_as(later.root()[1]));
  check_survives(later.root());
  // A list holds it: it stays an object, of which there is one.
  array.before =
      "q\x05h\x06h\x05"
      "a0";
  const Outcome earlier = run("\x80\x03]q\x06" + array.body() + "h\x05\x86\x86.");
  REQUIRE(earlier.document);
  const Value list = earlier.root()[0];
  const Value pair = earlier.root()[1];
  CHECK(list[0].is(ValueKind::object));
  CHECK(list[0].same_as(pair[0]));
  CHECK(list[0].same_as(pair[1]));
  CHECK(list[0].state().size() == 5);
  // So it is where DUP made two of it.
  array.before = "2";
  const Outcome twice = run("\x80\x03" + array.body() + "\x86.");
  REQUIRE(twice.document);
  CHECK(twice.root()[0].is(ValueKind::object));
  CHECK(twice.root()[0].same_as(twice.root()[1]));
  // What larder writes of it makes the array before anything can hold it.
  for (int protocol = 0; protocol <= 5; ++protocol) {
    MemoryWriter writer;
    pickle().write(twice.root(), writer, {.protocol = protocol});
    const Outcome again = read_memory(pickle(), as_text(writer.bytes()));
    REQUIRE(again.document);
    CHECK(again.root()[0].same_as(again.root()[1]));
    CHECK(equal(again.root()[0], later.root()[0]));
  }
}

TEST_CASE("the data of an array may be a str of Python 2, whatever the choice") {
  Ndarray array;
  array.data = raw("U\x04\x01\0\xff\xff");
  for (const auto choice : {Python2Strings::ascii, Python2Strings::latin1, Python2Strings::bytes}) {
    const Outcome outcome = run(array.whole(), choice);
    REQUIRE(outcome.document);
    CHECK(to_json(outcome.root()) == "{\"$array\": {\"dtype\": \"int16\", \"shape\": [2], \"data\": [1, -1]}}");
    check_survives(outcome.root());
  }
  // Text beside it is still refused.
  const Outcome beside = run("\x80\x03" + array.body() + raw("U\x01\xe9\x86."));
  CHECK(kind_of(beside) == "unsupported");
  CHECK(beside.message.find("byte " + std::to_string(2 + array.body().size())) != std::string::npos);
}

std::string from_buffer(const std::string& buffer, const std::string& shape, const std::string& order,
                        const std::string& axes = "") {
  return "\x80\x05"
         "cnumpy.core.numeric\n_frombuffer\n(" +
         buffer + dtype("i2") + shape + order + axes + "tR.";
}

TEST_CASE("P13: arrays of a buffer") {
  const std::string six = bytes(raw("\1\0\2\0\3\0\4\0\5\0\6\0"));
  const std::string shape = "K\x02K\x03\x86";
  const Outcome c = run(from_buffer(six, shape, text("C")));
  REQUIRE(c.document);
  CHECK(c.root().as_array().at<std::int16_t>({0, 1}) == 2);
  const Outcome fortran = run(from_buffer(six, shape, text("F")));
  REQUIRE(fortran.document);
  CHECK(fortran.root().as_array().at<std::int16_t>({0, 1}) == 3);
  for (const Outcome* const outcome : {&c, &fortran}) check_survives(outcome->root());
  for (const std::string& order : {text("X"), text(""), text("CC"), std::string("N"), std::string("K\x01"), text("K")})
    CHECK(kind(from_buffer(six, shape, order)) == "malformed");
  for (const std::string& wrong : {std::string("K\x03K\x03\x86"), raw("K\0\x85"), std::string("J\xff\xff\xff\xff\x85")})
    CHECK(kind(from_buffer(six, wrong, text("C"))) == "malformed");
  CHECK(kind(from_buffer("N", shape, text("C"))) == "malformed");
  CHECK(kind(from_buffer("]", shape, text("C"))) == "malformed");
}

TEST_CASE("the bytes of an array that are converted count against Limits::bytes, once") {
  const std::size_t size = 2'000'000;
  const auto array_of = [&](std::string_view order) {
    return "\x80\x05"
           "cnumpy.core.numeric\n_frombuffer\nq" +
           raw("\0") + "(B" + little(size, 4) + std::string(size, '\1') + dtype("i2", order) + "J" +
           little(size / 2, 4) + "\x85" + text("C") + "tq\x01R" + raw("h\0h\1R\x86.");
  };
  Limits limits;
  limits.bytes = 3'500'000;
  CHECK(kind_of(read_everywhere(pickle(), array_of("<"), limits)) == "a value");
  CHECK(kind_of(read_everywhere(pickle(), array_of(">"), limits)) == "limit");
  limits.bytes = 5'500'000;
  const Outcome converted = read_everywhere(pickle(), array_of(">"), limits);
  REQUIRE(converted.document);
  CHECK(converted.root()[0].as_array().dtype().is_native());
  CHECK(converted.root()[0].as_array().at<std::int16_t>({7}) == 0x0101);
  CHECK(converted.root()[1].as_array().origin() == converted.root()[0].as_array().origin());
}

TEST_CASE("P13: arrays of a buffer whose axes lie in another order") {
  const std::string six = bytes(raw("\1\0\2\0\3\0\4\0\5\0\6\0"));
  const std::string shape = raw("K\x01K\x02K\x03\x87");
  const Outcome outcome = run(from_buffer(six, shape, text("K"), raw("K\x02K\0K\x01\x87")));
  REQUIRE(outcome.document);
  const Array& array = outcome.root().as_array();
  CHECK(array.shape() == Shape{3, 1, 2});
  CHECK(array.at<std::int16_t>({2, 0, 0}) == 3);
  CHECK(array.at<std::int16_t>({1, 0, 1}) == 5);
  check_survives(outcome.root());
  for (const std::string& axes :
       {raw("K\0K\0K\x01\x87"), raw("K\0K\x01K\x03\x87"), raw("K\0K\x01\x86"), std::string(")"), std::string("N"),
        raw("K\0K\x01J\xff\xff\xff\xff\x87"), int8(1ull << 40) + "K\x01K\x02\x87"}) {
    CHECK(kind(from_buffer(six, shape, text("K"), axes)) == "malformed");
    CHECK(kind(from_buffer(six, shape, text("C"), axes)) == "malformed");
  }
}

std::string scalar(const std::string& type, const std::string& content) {
  return "\x80\x03"
         "cnumpy.core.multiarray\nscalar\n" +
         type + content + "\x86R.";
}

TEST_CASE("scalars hold their bytes as an array") {
  const Outcome outcome = run(scalar(dtype("i2"), bytes(raw("\7\0"))));
  REQUIRE(outcome.document);
  CHECK(outcome.root().is(ValueKind::object));
  CHECK(outcome.root().arguments()[1].as_array().at<std::int16_t>({}) == 7);
  check_survives(outcome.root());
  for (const std::string& content : {bytes(""), bytes("1"), bytes("123"), std::string("N"), raw("K\x07")})
    CHECK(kind(scalar(dtype("i2"), content)) == "malformed");
  CHECK(kind(scalar(objects, "N")) == "a value");
  CHECK(kind(raw("\x80\x03"
                 "cnumpy.core.multiarray\nscalar\n)R.")) == "malformed");
  // Two scalars of one tuple.
  std::string twice = scalar(dtype("i2"), bytes(raw("\7\0")));
  twice.replace(twice.size() - 3, 3, raw("\x86q\x09Rcnumpy.core.multiarray\nscalar\nh\x09R\x86."));
  const Outcome shared = run(twice);
  REQUIRE(shared.document);
  check_survives(shared.root());
}

std::string masked(const std::string& data, const std::string& mask, const std::string& state = "") {
  return "\x80\x03"
         "cnumpy.ma.core\n_mareconstruct\n(cnumpy.ma.core\nMaskedArray\ncnumpy\nndarray\n" +
         raw("K\0\x85") + bytes("b") + "tR" +
         (state.empty() ? "(K\x01K\x02\x85" + dtype("i2") + "\x89" + data + mask + "Nt" : state) + "b.";
}

TEST_CASE("masked arrays hold their elements and their mask as arrays") {
  const std::string data = bytes(raw("\1\0\2\0"));
  const std::string mask = bytes(raw("\0\1"));
  const Outcome outcome = run(masked(data, mask));
  REQUIRE(outcome.document);
  CHECK(outcome.root().is(ValueKind::object));
  const Value state = outcome.root().state();
  CHECK(state[4].as_array().at<std::int16_t>({1}) == 2);
  CHECK(state[5].as_array().dtype() == DType::of<bool>());
  check_survives(outcome.root());
  for (const std::string& wrong : {bytes(""), bytes("123"), std::string("N"), std::string("]")}) {
    CHECK(kind(masked(wrong, mask)) == "malformed");
    CHECK(kind(masked(data, wrong)) == "malformed");
  }
  for (const char* const state_of_none : {"N", "}", ")", "K\x05", "(K\x01K\x02t"})
    CHECK(kind(masked(data, mask, state_of_none)) == "malformed");
}

}  // namespace
}  // namespace larder::testing
