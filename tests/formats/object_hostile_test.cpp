// Hostile objects: rows P1 and P12 of the attack checklist, and all that can happen to an object after it was made.
#include <catch2/catch.hpp>

#include "hostile.h"
#include "tests/support/errors.h"
#include "transports.h"

namespace larder::testing {
namespace {

const Format& pickle() { return *find_format("pickle"); }

Outcome run(const std::string& bytes, Python2Strings strings = Python2Strings::ascii) {
  return read_everywhere(pickle(), bytes, {}, {.python2_strings = strings});
}
std::string kind(const std::string& bytes) { return kind_of(run(bytes)); }

std::string written(Value value, const char* format, int protocol) {
  MemoryWriter writer;
  find_format(format)->write(value, writer, {.protocol = protocol});
  return std::string(as_text(writer.bytes()));
}

// Reads the bytes; what is written of them, in both formats and all protocols from `first_protocol` on, is read again
// as the same, and written as the same bytes from then on.
Outcome survives(const std::string& bytes, int first_protocol = 0) {
  Outcome outcome = run(bytes);
  INFO(outcome.message);
  REQUIRE(outcome.document);
  for (const char* const format : {"pickle", "joblib"}) {
    for (int protocol = first_protocol; protocol <= 5; ++protocol) {
      INFO(format << " protocol " << protocol);
      const std::string first = written(outcome.root(), format, protocol);
      const Outcome again = read_memory(pickle(), first);
      INFO(again.message);
      REQUIRE(again.document);
      CHECK(equal(again.root(), outcome.root()));
      CHECK(written(again.root(), format, protocol) == first);
    }
  }
  return outcome;
}

std::vector<std::string> changes_of(Value object) {
  static constexpr const char* names[] = {"append", "insert", "add", "state", "call"};
  std::vector<std::string> found;
  for (const Change& change : object.changes()) found.emplace_back(names[static_cast<std::size_t>(change.kind)]);
  return found;
}

using Changes = std::vector<std::string>;

// Lists of `width` times the list before, `levels` of them.
std::string laughs(std::size_t levels, std::size_t width) {
  std::string bytes = raw("\x80\x02]q\x00");
  for (std::size_t level = 0; level < levels; ++level) {
    const std::string before = "h" + little(level, 1);
    bytes += "](" + repeated(before, width) + "eq" + little(level + 1, 1);
  }
  return bytes + ".";
}

TEST_CASE("P1: memo bombs are a small graph, and never spelled out") {
  const std::string duplicated = "\x80\x02]" + repeated("2\x86", 100) + ".";
  for (const std::string& bytes : {laughs(10, 10), laughs(100, 2), duplicated}) {
    const Outcome outcome = run(bytes);
    REQUIRE(outcome.document);
    CHECK(outcome.document->memory() < 64'000);
    Limits limits;
    limits.text = 1 << 20;
    CHECK_ERROR(to_json(outcome.root(), {.limits = limits}), limit);
    for (const char* const format : {"pickle", "joblib"}) {
      for (int protocol = 0; protocol <= 5; ++protocol)
        CHECK(written(outcome.root(), format, protocol).size() < 3 * bytes.size() + 1000);
    }
    Document copy;
    copy.set_root(copy.copy(outcome.root()));
    CHECK(copy.memory() < 64'000);
    CHECK(copy.root()[0].same_as(copy.root()[1]));
    CHECK(globals_of(outcome.root()).empty());
    CHECK(equal(outcome.root(), copy.root()));
  }
}

TEST_CASE("P12: known names with hostile arguments") {
  const std::string size = "\x8a\x06" + little(std::uint64_t{1} << 40, 6);
  CHECK(kind("\x80\x02"
             "c__builtin__\nbytearray\n" +
             size + "\x85R.") == "malformed");
  CHECK(kind("\x80\x02"
             "c__builtin__\nbytes\n" +
             size + "\x85R.") == "malformed");
  CHECK(kind("\x80\x02"
             "c_codecs\nencode\nX" +
             little(1, 4) + "xX" + little(4, 4) + "zlib\x86R.") == "malformed");
  CHECK(kind("\x80\x02"
             "c_codecs\nencode\nX" +
             little(2, 4) + "\xc4\x80X" + little(6, 4) + "latin1\x86R.") == "malformed");
  CHECK(kind(raw("\x80\x02"
                 "c__builtin__\nset\nK\x05\x85R.")) == "malformed");
  CHECK(kind(raw("\x80\x02"
                 "c__builtin__\nset\n]]a\x85R.")) == "malformed");
  CHECK(kind(raw("\x80\x02"
                 "c__builtin__\nfrozenset\n]}a\x85R.")) == "malformed");
  CHECK(kind(raw("\x80\x02"
                 "c__builtin__\ncomplex\nK\x01\x85R.")) == "malformed");
  CHECK(kind("\x80\x02"
             "cnumpy\ndtype\nX" +
             little(11, 4) + "V2147483647\x89\x88\x87R.") == "a value");
  CHECK(kind(raw("\x80\x02"
                 "cos\nsystem\nX\x02\x00\x00\x00id\x85R.")) == "a value");
}

// `thing` is memoized at 0.
const std::string thing =
    raw("\x80\x02"
        "cm\nThing\n)Rq\x00");

TEST_CASE("what a state setter does is kept") {
  const Outcome setter = survives(thing + raw("cm\nset_state\nh\x00}X\x01\x00\x00\x00kK\x05s\x86R0."));
  CHECK(changes_of(setter.root()) == Changes{"call"});
  const Value call = setter.root().changes()[0].value;
  CHECK(call.callable().qualified_name() == "set_state");
  CHECK(call.arguments()[0].same_as(setter.root()));
  // With more arguments than there are short tuples for, and twice.
  const Outcome four = survives(thing + raw("cm\nset_state\n(h\x00NNNtR0cm\nset_state\nh\x00\x85R0."));
  CHECK(changes_of(four.root()) == Changes{"call", "call"});
}

TEST_CASE("a call about something else is dropped with its result") {
  CHECK(changes_of(survives(thing + raw("cm\nf\nN\x85R0.")).root()).empty());
  CHECK(changes_of(survives(thing + raw("cm\nf\n)R0.")).root()).empty());
  CHECK(changes_of(survives(thing + raw("(h\x00"
                                        "1."))
                       .root())
            .empty());
}

TEST_CASE("all that happens to an object is kept in its order") {
  const std::string one = raw("K\x01");
  const std::string key = raw("X\x01\x00\x00\x00k");
  CHECK(changes_of(survives(thing + "}b" + key + "b.").root()) == Changes{"state", "state"});
  CHECK(changes_of(survives(thing + "}b" + one + "a.").root()) == Changes{"state", "append"});
  CHECK(changes_of(survives(thing + one + "a(" + one + one + "e.").root()) == Changes{"append"});
  CHECK(changes_of(survives(thing + key + one + "s(" + key + one + one + one + "u}b.").root()) ==
        Changes{"insert", "state"});
  CHECK(changes_of(survives(thing + "(" + one + one + "\x90" + "}b(" + one + "\x90.").root()) ==
        Changes{"add", "state", "add"});
  CHECK(changes_of(survives(thing + one + "a" + key + one + "s" + one + "a}b" + key + one + "s.").root()) ==
        Changes{"append", "insert", "append", "state", "insert"});
  const Outcome itself = survives(thing + raw("h\x00"
                                              "ah\x00h\x00sh\x00"
                                              "b."));
  CHECK(itself.root().items()[0].same_as(itself.root()));
  CHECK(itself.root().state().same_as(itself.root()));
}

TEST_CASE("more than a batch of everything that is added") {
  const auto counted = [](std::size_t count) {
    std::string bytes;
    for (std::size_t i = 0; i < count; ++i) bytes += "M" + little(i, 2);
    return bytes;
  };
  for (const std::size_t count : {999u, 1000u, 1001u, 2000u, 2001u}) {
    CHECK(survives(thing + "(" + counted(count) + "e.").root().items().size() == count);
    CHECK(survives(thing + "(" + counted(2 * count) + "u.").root().entries().size() == count);
    CHECK(survives(thing + "(" + counted(count) + "\x90.").root().changes()[0].value.size() == count);
  }
}

TEST_CASE("objects of every form survive with their identity") {
  struct Case {
    std::string made;
    int first_protocol;  // that has an opcode for it: before, it is another call
  };
  const Case cases[] = {{raw("cm\nf\nK\x01\x85R"), 0},
                        {raw("cm\nf\nK\x01\x85\x81"), 2},
                        {raw("cm\nf\n)}X\x01\x00\x00\x00kNs\x92"), 4},
                        {raw("(im\nf\n"), 0},
                        {raw("(cm\nf\nK\x01o"), 0},
                        {raw("cm\nf\n)R)R"), 0},
                        {raw("cm\nf.g\n)R"), 4},
                        {raw("Pid\n"), 0},
                        {raw("\x82\x05"), 0}};
  for (const auto& [made, first_protocol] : cases) {
    INFO(made);
    const Outcome outcome = survives("\x80\x02" + made + raw("q\x00h\x00\x86."), first_protocol);
    CHECK(outcome.root()[0].same_as(outcome.root()[1]));
    // The application resolves its references anew each time.
    const bool is_reference = made[0] == 'P' || made[0] == '\x82';
    const Outcome again = read_memory(pickle(), written(outcome.root(), "pickle", 4));
    CHECK(again.root()[0].same_as(again.root()[1]) != is_reference);
  }
}

TEST_CASE("str of Python 2 in the three choices") {
  const std::string text = raw("\x80\x02](U\x02okU\x02\xe9!T\x01\x00\x00\x00\xffS'\\xe9'\ne.");
  const Outcome refused = run(text);
  CHECK(kind_of(refused) == "unsupported");
  CHECK(refused.message.find("byte 8 ") != std::string::npos);
  const Outcome letters = run(text, Python2Strings::latin1);
  REQUIRE(letters.document);
  CHECK(to_json(letters.root()) == "[\"ok\", \"\xc3\xa9!\", \"\xc3\xbf\", \"\xc3\xa9\"]");
  const Outcome bytes = run(text, Python2Strings::bytes);
  REQUIRE(bytes.document);
  for (std::size_t i = 0; i < 4; ++i) CHECK(bytes.root()[i].is(ValueKind::bytes));
  CHECK(as_text(bytes.root()[1].as_bytes()) == "\xe9!");
  for (const auto choice : {Python2Strings::ascii, Python2Strings::latin1, Python2Strings::bytes})
    CHECK(kind_of(run(raw("\x80\x02U\x02ok."), choice)) == "a value");
}

}  // namespace
}  // namespace larder::testing
