// P7: every opcode where it does not fit. (tests/persist/test_pickle.py asks CPython the same, with more arguments.)
#include <catch2/catch.hpp>

#include <set>

#include "hostile.h"
#include "transports.h"

namespace larder::testing {
namespace {

// How an opcode uses what lies on the stack.
enum class Needs { nothing, one, two, three, mark, value_and_mark };

struct Row {
  unsigned char code;
  std::string argument;  // a valid one
  Needs needs = Needs::nothing;
};

const std::vector<Row>& opcodes() {
  static const std::string eight = little(1, 8) + "x";
  static const std::vector<Row> rows = {
      {'(', ""},
      {'.', "", Needs::one},
      {'0', "", Needs::one},
      {'1', "", Needs::mark},
      {'2', "", Needs::one},
      {'N', ""},
      {0x88, ""},
      {0x89, ""},
      {'I', "5\n"},
      {'L', "5L\n"},
      {'K', "\x05"},
      {'M', "\x05\x05"},
      {'J', "\x05\x05\x05\x05"},
      {0x8a, "\x01\x05"},
      {0x8b, little(1, 4) + "\x05"},
      {'F', "1.5\n"},
      {'G', "\x3f\xf0" + std::string(6, '\0')},
      {'S', "'a'\n"},
      {'U', "\x01x"},
      {'T', little(1, 4) + "x"},
      {'V', "a\n"},
      {0x8c, "\x01x"},
      {'X', little(1, 4) + "x"},
      {0x8d, eight},
      {'C', "\x01x"},
      {'B', little(1, 4) + "x"},
      {0x8e, eight},
      {0x96, eight},
      {')', ""},
      {0x85, "", Needs::one},
      {0x86, "", Needs::two},
      {0x87, "", Needs::three},
      {'t', "", Needs::mark},
      {']', ""},
      {'l', "", Needs::mark},
      {'a', "", Needs::two},
      {'e', "", Needs::value_and_mark},
      {'}', ""},
      {'d', "", Needs::mark},
      {'s', "", Needs::three},
      {'u', "", Needs::value_and_mark},
      {0x8f, ""},
      {0x90, "", Needs::value_and_mark},
      {0x91, "", Needs::mark},
      {'p', "0\n", Needs::one},
      {'q', std::string(1, '\0'), Needs::one},
      {'r', little(0, 4), Needs::one},
      {0x94, "", Needs::one},
      {'g', "0\n"},
      {'h', std::string(1, '\0')},
      {'j', little(0, 4)},
      {'c', "m\nn\n"},
      {0x93, "", Needs::two},
      {'R', "", Needs::two},
      {0x81, "", Needs::two},
      {0x92, "", Needs::three},
      {'b', "", Needs::two},
      {'i', "m\nn\n", Needs::mark},
      {'o', "", Needs::mark},
      {'P', "id\n"},
      {'Q', "", Needs::one},
      {0x82, "\x05"},
      {0x83, "\x05\x05"},
      {0x84, little(5, 4)},
      {0x80, "\x02"},
      {0x95, little(1, 8)},
      {0x97, ""},
      {0x98, "", Needs::one},
  };
  return rows;
}

const std::string head = "\x80\x02";

std::string bytes_of(const Row& row) { return static_cast<char>(row.code) + row.argument; }

std::string outcome_of(const std::string& body) { return kind_of(read_memory(*find_format("joblib"), head + body)); }

template <class Check>
void for_each_opcode(Check check) {
  for (const Row& row : opcodes()) {
    INFO("opcode " << static_cast<int>(row.code) << " '" << row.code << "'");
    check(row);
  }
}

bool is_memo_read(const Row& row) { return row.code == 'g' || row.code == 'h' || row.code == 'j'; }

TEST_CASE("P7: the table has each of the 68 opcodes once") {
  std::set<unsigned char> codes;
  for (const Row& row : opcodes()) codes.insert(row.code);
  CHECK(codes.size() == 68);
  CHECK(opcodes().size() == 68);
}

TEST_CASE("P7: opcodes that need values refuse an empty stack, and one value too few") {
  for_each_opcode([](const Row& row) {
    if (row.needs == Needs::nothing) return;
    CHECK(outcome_of(bytes_of(row) + ".") == "malformed");
    if (row.needs == Needs::two || row.needs == Needs::three)
      CHECK(outcome_of("N" + bytes_of(row) + ".") == "malformed");
    if (row.needs == Needs::three) CHECK(outcome_of("NN" + bytes_of(row) + ".") == "malformed");
  });
}

TEST_CASE("P7: values below a mark are out of reach") {
  for_each_opcode([](const Row& row) {
    if (row.needs != Needs::one && row.needs != Needs::two && row.needs != Needs::three) return;
    if (row.code == '0') return;  // POP drops the mark itself
    CHECK(outcome_of("]]](" + bytes_of(row) + ".") == "malformed");
  });
}

TEST_CASE("P7: opcodes that need a mark refuse to do without") {
  for_each_opcode([](const Row& row) {
    if (row.needs != Needs::mark && row.needs != Needs::value_and_mark) return;
    CHECK(outcome_of("]NN" + bytes_of(row) + ".") == "malformed");
  });
}

TEST_CASE("P7: opcodes that need a value below the mark refuse to do without") {
  for_each_opcode([](const Row& row) {
    if (row.needs == Needs::value_and_mark) CHECK(outcome_of("(NN" + bytes_of(row) + ".") == "malformed");
  });
}

TEST_CASE("P7: keys without a value are refused") {
  CHECK(outcome_of("}(Nu.") == "malformed");
  CHECK(outcome_of("}(NNNu.") == "malformed");
  CHECK(outcome_of("(Nd.") == "malformed");
  CHECK(outcome_of("(NNNd.") == "malformed");
}

TEST_CASE("P7: nothing is read from the memo that was not put there") {
  for_each_opcode([](const Row& row) {
    if (!is_memo_read(row)) return;
    CHECK(outcome_of(bytes_of(row) + ".") == "malformed");
    CHECK(outcome_of("]q\x01" + bytes_of(row) + ".") == "malformed");
    CHECK(outcome_of(raw("]q\0") + bytes_of(row) + ".") == "a value");
  });
}

TEST_CASE("P7: opcodes that need nothing push a value") {
  for_each_opcode([](const Row& row) {
    const bool pushes = row.needs == Needs::nothing && !is_memo_read(row) && row.code != '(' && row.code != 0x80 &&
                        row.code != 0x95 && row.code != 0x97 && row.code != 0x98;
    if (pushes) CHECK(outcome_of(bytes_of(row) + ".") == "a value");
  });
  CHECK(outcome_of("\x97.") == "unsupported");
  CHECK(outcome_of("N\x98.") == "malformed");
  CHECK(outcome_of("C\x01x\x98.") == "a value");
}

TEST_CASE("P7: buffers beside the pickle") {
  std::vector<Region> buffers;
  buffers.push_back(Region::copy_of(as_bytes("ab")));
  buffers.push_back(Region::borrow(as_bytes("cde")));
  const auto read = [&](const std::string& body) {
    return read_everywhere(*find_format("pickle"), "\x80\x05" + body + ".", {}, {.buffers = buffers});
  };
  const Outcome both = read("\x97\x97\x86");
  REQUIRE(both.document);
  CHECK(both.root()[0].is(ValueKind::bytearray));
  CHECK(as_text(both.root()[0].as_bytes()) == "ab");
  CHECK(both.root()[0].as_bytes().data() == buffers[0].data());
  CHECK(both.root()[1].is(ValueKind::bytes));
  CHECK(as_text(both.root()[1].as_bytes()) == "cde");
  const Outcome read_only = read("\x97\x98");
  REQUIRE(read_only.document);
  CHECK(read_only.root().is(ValueKind::bytes));
  CHECK(kind_of(read("\x97\x97\x97\x87")) == "malformed");
  CHECK(kind_of(read("\x98")) == "malformed");
  CHECK(kind_of(read("\x97(\x98")) == "malformed");
  CHECK(kind_of(read("N")) == "a value");
}

TEST_CASE("P7: an argument that is cut is truncated, wherever it is cut") {
  for_each_opcode([](const Row& row) {
    const std::string bytes = "]" + bytes_of(row);
    if (row.code == 0x95 || is_memo_read(row)) return;  // frames announce more; the memo is empty
    for (std::size_t size = 2; size < bytes.size(); ++size) CHECK(outcome_of(bytes.substr(0, size)) == "truncated");
  });
}

TEST_CASE("P7: bytes that are no opcode are refused") {
  std::set<unsigned char> known;
  for (const Row& row : opcodes()) known.insert(row.code);
  for (int code = 0; code < 256; ++code) {
    if (known.contains(static_cast<unsigned char>(code))) continue;
    INFO("byte " << code);
    CHECK(outcome_of("]" + std::string(1, static_cast<char>(code)) + ".") == "malformed");
  }
}

}  // namespace
}  // namespace larder::testing
