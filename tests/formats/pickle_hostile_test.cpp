// Hostile pickles: rows P2 to P10, P15, P16, P18 of the attack checklist, and what differential testing against CPython
// found.
#include <catch2/catch.hpp>

#include "hostile.h"
#include "tests/support/small_stack.h"
#include "transports.h"

namespace larder::testing {
namespace {

const Format& pickle() { return *find_format("joblib"); }

Outcome run(const std::string& bytes, const Limits& limits = {}) { return read_everywhere(pickle(), bytes, limits); }
std::string kind(const std::string& bytes, const Limits& limits = {}) { return kind_of(run(bytes, limits)); }

std::string json(const std::string& bytes) {
  const Outcome outcome = run(bytes);
  return outcome.document ? to_json(outcome.root()) : outcome.message;
}

TEST_CASE("P2: memo indices are only labels") {
  CHECK(json(raw("\x80\x02]r\xff\xff\xff\x7f.")) == "[]");
  CHECK(json("]p999999999\n0g999999999\n.") == "[]");
  CHECK(kind("]p99999999999999999999\n.") == "limit");
  CHECK(kind("]p-1\n.") == "malformed");
  CHECK(kind("]p\n.") == "malformed");
}

TEST_CASE("P3: announced lengths cost nothing") {
  for (const std::string& opcode :
       {std::string("\x8d"), std::string("\x8e"), std::string("\x96"), std::string("\x95")}) {
    for (const std::uint64_t size : {std::uint64_t{1} << 62, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
      INFO("opcode " << static_cast<int>(static_cast<unsigned char>(opcode[0])) << ", " << size << " bytes");
      CHECK(kind("\x80\x04" + opcode + little(size, 8) + "abc") == "truncated");
    }
  }
  CHECK(kind("\x80\x03X" + little(0xffffffff, 4) + "abc") == "truncated");
  CHECK(kind("\x80\x03T" + little(0x7fffffff, 4) + "abc") == "truncated");
}

TEST_CASE("P4: lengths and digits of integers") {
  CHECK(kind("\x80\x02\x8b" + little(0xffffffff, 4) + ".") == "malformed");
  CHECK(kind("\x80\x02\x8b" + little(0x7fffffff, 4) + "ab") == "truncated");
  CHECK(kind("L" + repeated("9", 1'000'000) + "L\n.") == "limit");
  CHECK(kind("I" + repeated("9", 1'000'000) + "\n.") == "limit");
  const std::uint32_t size = 1 << 20;
  const Outcome big = run("\x80\x02\x8b" + little(size, 4) + repeated("\x7f", size) + ".");
  REQUIRE(big.document);
  CHECK(big.root().int_bytes().size() == size);
}

TEST_CASE("P5: a million nested lists are loaded, copied, compared and freed on a small stack") {
  const std::size_t depth = 1'000'000;
  const std::string bytes = "\x80\x02" + repeated("]", depth) + repeated("a", depth - 1) + ".";
  bool same = false;
  std::string printed;
  on_small_stack([&] {
    const Outcome outcome = read_memory(pickle(), bytes);
    Document copy;
    copy.set_root(copy.copy(outcome.root()));
    same = equal(outcome.root(), copy.root());
    try {
      printed = to_json(copy.root());
    } catch (const Error& error) {
      printed = name_of(error.kind());
    }
    MemoryWriter writer;
    pickle().write(copy.root(), writer, {.protocol = 2});
  });
  CHECK(same);
  CHECK(printed == "limit");
}

TEST_CASE("P6: cycles load, print and are written again") {
  CHECK(json(raw("\x80\x02]\x94g0\na.")) == "[{\"$cycle\": 1}]");
  CHECK(json(raw("\x80\x02]q\x00}q\x01h\x00h\x00h\x01\x61X\x01\x00\x00\x00kh\x00s0h\x00.")).find("$cycle") ==
        std::string::npos);
  CHECK(json(raw("\x80\x02]q\x00}q\x01X\x01\x00\x00\x00kh\x00sa.")) == "[{\"k\": {\"$cycle\": 2}}]");
  const Outcome object =
      run(raw("\x80\x02"
              "ca\nb\n)\x81q\x00}X\x01\x00\x00\x00sh\x00sb."));
  REQUIRE(object.document);
  CHECK(object.root().state().find("s")->same_as(object.root()));
  MemoryWriter writer;
  pickle().write(object.root(), writer, {});
  const Outcome again = read_memory(pickle(), as_text(writer.bytes()));
  REQUIRE(again.document);
  CHECK(equal(again.root(), object.root()));
}

TEST_CASE("P8: changes of what cannot be changed so") {
  CHECK(kind(raw("\x80\x02}Na.")) == "malformed");
  CHECK(kind(raw("\x80\x04](N\x90.")) == "malformed");
  CHECK(kind(raw("\x80\x02K\x01}b.")) == "malformed");
  CHECK(kind(raw("\x80\x02K\x01NNs.")) == "malformed");
  CHECK(kind(raw("\x80\x04\x8f]Na.")) == "a value");
  CHECK(kind(raw("\x80\x04\x8fNa.")) == "malformed");
}

TEST_CASE("P9: what is no whole pickle") {
  CHECK(kind(raw("\x80\x02N")) == "truncated");
  CHECK(kind(raw("\x80\x02.")) == "malformed");
  CHECK(json(raw("\x80\x02K\x01K\x02.")) == "2");
  CHECK(kind(raw("\x80\x06N.")) == "unsupported");
  CHECK(kind(raw("\x80\xffN.")) == "unsupported");
  CHECK(json(raw("\x80\x02K\x01\x80\x04.")) == "1");
  CHECK(kind(raw("\x80\x02\xff.")) == "malformed");
  CHECK(kind(raw("\x80\x05\x97.")) == "unsupported");
  CHECK(kind(raw("\x80\x02\x84\xff\xff\xff\xff.")) == "malformed");
  CHECK(kind(raw("\x80\x02\x82\x00.")) == "malformed");
  CHECK(json(raw("\x80\x02\x82\x05.")).find("\"arguments\": 5") != std::string::npos);
  CHECK(json("Pid\n.").find("\"arguments\": \"id\"") != std::string::npos);
}

TEST_CASE("P9: ten thousand pickles one after another") {
  const std::string bytes = repeated(raw("\x80\x02K\x07."), 10'000);
  const auto reader = memory_reader(as_bytes(bytes));
  for (int i = 0; i < 10'000; ++i) {
    const Outcome outcome = read_object(pickle(), *reader);
    REQUIRE(outcome.document);
    REQUIRE(outcome.root().as_int() == 7);
  }
  CHECK(reader->position() == bytes.size());
}

TEST_CASE("P10: opcodes keep inside their frame, and fill it") {
  CHECK(json("\x80\x04\x95" + little(3, 8) + raw("K\x07.")) == "7");
  CHECK(kind("\x80\x04\x95" + little(2, 8) +
             raw("C\x04"
                 "abcd.")) == "malformed");
  CHECK(kind("\x80\x04\x95" + little(9, 8) + raw("N.") + repeated("N", 20)) == "malformed");
  CHECK(kind("\x80\x04\x95" + little(9, 8) + raw("N.")) == "truncated");
  CHECK(kind("\x80\x04\x95" + little(11, 8) + "\x95" + little(2, 8) + "N.") == "malformed");
}

TEST_CASE("P15: str is UTF-8, in which lone surrogates are letters") {
  CHECK(json(raw("\x80\x04\x8c\x03\xed\xa0\x80.")) == "\"\\ud800\"");
  CHECK(kind(raw("\x80\x04\x8c\x02\xc0\x80.")) == "malformed");
  CHECK(kind(raw("\x80\x04\x8c\x04\xf4\x90\x80\x80.")) == "malformed");
  CHECK(kind(raw("\x80\x04\x8c\x02\xe2\x82.")) == "malformed");
  CHECK(kind(raw("\x80\x04\x8c\x01\xff.")) == "malformed");
}

TEST_CASE("P16: keys are equal as in Python") {
  CHECK(json(raw("\x80\x02}(K\x01K\x0a\x88K\x0bG\x3f\xf0\x00\x00\x00\x00\x00\x00K\x0cu.")) == "{\"$dict\": [[1, 12]]}");
  const std::string nan = raw("G\x7f\xf8\x00\x00\x00\x00\x00\x00");
  CHECK(run("\x80\x02}(" + nan + raw("K\x01") + nan + raw("K\x02u.")).root().size() == 2);
  CHECK(run(raw("\x80\x02}(G\x00\x00\x00\x00\x00\x00\x00\x00K\x01G\x80\x00\x00\x00\x00\x00\x00\x00K\x02u."))
            .root()
            .size() == 1);
  for (const char* const key : {"]", "}", "\x8f", "]\x85"}) {
    INFO("key " << key);
    CHECK(kind("\x80\x04}" + std::string(key) + "Ns.") == "malformed");
    CHECK(kind("\x80\x04\x8f(" + std::string(key) + "\x90.") == "malformed");
  }
}

TEST_CASE("P18: text opcodes have no locale and no surprises") {
  CHECK(kind("F1e999999\n.") == "malformed");
  CHECK(kind("F0x1p3\n.") == "malformed");
  CHECK(kind("F1,5\n.") == "malformed");
  CHECK(json("Fnan\n.") == "{\"$float\": \"nan\"}");
  CHECK(kind("Inan\n.") == "malformed");
  CHECK(json("I01\n.") == "true");
  CHECK(json("I00\n.") == "false");
  CHECK(json("I010\n.") == "8");
  CHECK(json("L-0x10L\n.") == "-16");
  CHECK(kind(raw("I1\0002\n.")) == "malformed");
  CHECK(kind(raw("S'a\0b'\n.")) == "a value");
  CHECK(kind("V" + repeated("a", 3 << 20)) == "truncated");
  CHECK(run("V" + repeated("a", 3 << 20) + "\n.").root().size() == 3 << 20);
  Limits limits;
  limits.bytes = 2 << 20;
  CHECK(kind("V" + repeated("a", 3 << 20) + "\n.", limits) == "limit");
  CHECK(json("V\\u20ac\\\\u0041\n.") == "\"\xe2\x82\xac\\\\\\\\u0041\"");
  CHECK(kind("V\\u20\n.") == "malformed");
  CHECK(kind("S'\xe9'\n.") == "unsupported");
}

// Found by comparing with CPython.

TEST_CASE("two letters that C reads as 0 or 1 are a bool in INT") {
  for (const char* const text : {"I00\n.", "I-0\n.", "I+0\n.", "I 0\n."}) CHECK(json(text) == "false");
  for (const char* const text : {"I01\n.", "I+1\n.", "I 1\n."}) CHECK(json(text) == "true");
  CHECK(json("I-1\n.") == "-1");
  CHECK(json("I1 \n.") == "1");
  CHECK(json("I  1\n.") == "1");
}

TEST_CASE("an octal INT has no space behind it") {
  CHECK(kind("I01\r\n.") == "malformed");
  CHECK(json("I12 \n.") == "12");
  CHECK(kind("I12L\n.") == "malformed");
  CHECK(kind("L12L \n.") == "malformed");
}

TEST_CASE("a STRING has nothing outside its quotes") {
  CHECK(kind("S 'a'\n.") == "malformed");
  CHECK(kind("S'a' \n.") == "malformed");
  CHECK(json("S'a'b'\n.") == "\"a'b\"");
}

TEST_CASE("adding nothing fits everything") {
  CHECK(json(raw("\x80\x02N(e.")) == "null");
  CHECK(json(raw("\x80\x02N(u.")) == "null");
  CHECK(json(raw("\x80\x04N(\x90.")) == "null");
  CHECK(kind(raw("\x80\x02(e.")) == "malformed");
}

TEST_CASE("plain data cannot be called") {
  CHECK(kind(raw("\x80\x02])R.")) == "malformed");
  CHECK(kind(raw("\x80\x02K\x01)\x81.")) == "malformed");
  CHECK(kind(raw("\x80\x04N)}\x92.")) == "malformed");
  CHECK(kind(raw("\x80\x02(]o.")) == "malformed");
}

TEST_CASE("the name of a global is not empty and is UTF-8 without surrogates") {
  CHECK(kind("c\nname\n.") == "malformed");
  CHECK(kind("cmodule\n\n.") == "malformed");
  CHECK(kind(raw("cmodule\n\xed\xa0\x80\n.")) == "malformed");
  CHECK(kind("(imodule\n\n.") == "malformed");
}

TEST_CASE("an application's reference that contains itself is written once") {
  const Outcome outcome = run(raw("\x80\x04\x82\x05\x94h\x00h\x00\x61."));
  REQUIRE(outcome.document);
  MemoryWriter writer;
  pickle().write(outcome.root(), writer, {});
  const Outcome again = read_memory(pickle(), as_text(writer.bytes()));
  REQUIRE(again.document);
  CHECK(equal(again.root(), outcome.root()));
}

TEST_CASE("texts of one letter are one object, as in CPython") {
  Document document;
  const Value members[] = {document.str("k"), document.str("k"),        document.str(""),
                           document.str(""),  document.str("\xc3\xa9"), document.str("\xc3\xa9")};
  MemoryWriter writer;
  pickle().write(document.list(members), writer, {.protocol = 2});
  CHECK(as_text(writer.bytes()) ==
        raw("\x80\x02]q\x00(X\x01\x00\x00\x00kq\x01h\x01X\x00\x00\x00\x00q\x02h\x02X\x02\x00\x00\x00"
            "\xc3\xa9q\x03h\x03"
            "e."));
}

}  // namespace
}  // namespace larder::testing
