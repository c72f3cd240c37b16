// Opcodes without arrays and joblib files, one made of the other: JoblibMerge and JoblibSplit. (tests/python asks
// CPython's pickler and joblib the same.)
#include <catch2/catch.hpp>

#include <array>
#include <string>
#include <vector>

#include "formats/pickle/joblib_merge.h"
#include "formats/pickle/joblib_split.h"
#include "hostile.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

using internal::JoblibMerge;
using internal::JoblibSplit;

const std::array<std::uint8_t, 3> elements = {7, 8, 9};

Array array() { return Array::copy_of<std::uint8_t>(elements, {3}); }

std::string framed(const std::string& opcodes) { return "\x95" + little(opcodes.size(), 8) + opcodes; }

// What a pickler with larder's memo writes for an array, without the opcode that puts it into the memo before the
// state.
std::string reduced(const std::string& memoize) {
  return raw("h\x00)R") + memoize + "}" + memoize + raw("(\x8c\x05order") + memoize +
         raw("K\x01\x8c\x05"
             "align") +
         memoize + raw("h\x01ub");
}

const std::string class_of_wrapper = raw("\x8c\x13joblib.numpy_pickle\x94\x8c\x11NumpyArrayWrapper\x94\x93\x94");
const std::string state =
    raw("}\x94(\x8c\x05order\x94K\x01\x8c\x05"
        "align\x94K\x10ub");

// Padding and elements that begin at this place.
std::string stored(std::size_t position) {
  const std::size_t padding = 16 - (position + 1) % 16;
  return std::string(1, static_cast<char>(padding)) + std::string(padding, '\xff') + "\x07\x08\x09";
}

std::string merged(const std::string& pickle, std::size_t count, int protocol = 4) {
  const Limits limits;
  const std::vector<Array> arrays(count, array());
  const auto reader = [&] { return memory_reader(as_bytes(pickle)); };
  MemoryWriter writer;
  const auto first = reader();
  const std::vector<bool> shared = JoblibMerge(*first, protocol, limits).find_shared(count);
  const auto second = reader();
  JoblibMerge(*second, protocol, limits).write(arrays, shared, writer);
  return std::string(as_text(writer.bytes()));
}

// The opcodes of a file, "|" in front of each array, whose elements have three bytes.
std::string split(Reader& reader) {
  const Limits limits;
  JoblibSplit pieces(reader, limits);
  std::vector<std::byte> piece;
  std::string opcodes;
  while (true) {
    const JoblibSplit::End end = pieces.next(piece);
    opcodes += as_text(piece);
    switch (end) {
      case JoblibSplit::End::stop:
        return opcodes;
      case JoblibSplit::End::more:
        break;
      case JoblibSplit::End::content:
        reader.skip(pieces.content_size(), "a text");
        opcodes += "...";
        break;
      case JoblibSplit::End::wrapper: {
        std::byte padding{};
        reader.read_exactly({&padding, 1}, "the padding");
        reader.skip(std::to_integer<std::uint64_t>(padding) + elements.size(), "the array");
        pieces.array_was_read();
        opcodes += "|";
      }
    }
  }
}

std::string split(const std::string& file) { return split(*memory_reader(as_bytes(file))); }

std::string file_with_array() {
  const std::string head = "\x80\x04" + framed(class_of_wrapper + raw(")\x81\x94") + state);
  return head + stored(head.size()) + ".";
}

// Every way to damage a file by one byte gives an Error, or some answer.
template <class Use>
void try_damaged(const std::string& file, Use use) {
  std::size_t errors = 0;
  const auto attempt = [&](const std::string& damaged) {
    try {
      use(damaged);
    } catch (const Error&) {
      ++errors;
    }
  };
  for (std::size_t size = 0; size < file.size(); ++size) {
    const std::size_t before = errors;
    attempt(file.substr(0, size));
    CHECK(errors == before + 1);
  }
  for (std::size_t at = 0; at < file.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = file;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << bit));
      attempt(damaged);
    }
  }
  CHECK(errors > file.size());
}

TEST_CASE("an array is merged into its pickle", "[joblib]") {
  CHECK(merged("\x80\x04" + framed(reduced("\x94") + "."), 1) == file_with_array());
}

TEST_CASE("a pickle without arrays stays as it is, but for the numbers of its memo", "[joblib]") {
  CHECK(merged("\x80\x04" + framed(raw("]\x94(h\x02h\x02"
                                       "e.")),
               0) == "\x80\x04" + framed(raw("]\x94(h\x00h\x00"
                                             "e.")));
  CHECK(merged(raw("\x80\x02]q\x02(h\x02j\x02\x00\x00\x00"
                   "e."),
               0, 2) == raw("\x80\x02]q\x00(h\x00h\x00"
                            "e."));
  CHECK(merged("(lp2\ng2\na.", 0, 0) == "(lp0\ng0\na.");
  const std::string text(100'000, 'x');
  const std::string large = "X" + little(text.size(), 4) + text;
  CHECK(merged("\x80\x04" + framed(raw("]\x94(")) + large +
                   framed(raw("\x94K\x01"
                              "e.")),
               0) == "\x80\x04" + raw("]\x94(").insert(0, "\x95" + little(3, 8)).substr(9) + large +
                         framed(raw("\x94K\x01"
                                    "e.")));
}

TEST_CASE("an array that is used again is put into the memo behind its elements", "[joblib]") {
  const std::string file = merged("\x80\x04" + framed("]\x94(" + reduced("\x94") +
                                                      raw("h\x03"
                                                          "e.")),
                                  1);
  const std::string head = "\x80\x04" + framed("]\x94(" + class_of_wrapper + raw(")\x81\x94") + state);
  CHECK(file == head + stored(head.size()) +
                    framed(raw("q\x04h\x04"
                               "e.")));
  CHECK(split(file) == "\x80\x04]\x94(" + class_of_wrapper + raw(")\x81\x94") + state +
                           raw("|Qq\x04h\x04"
                               "e."));
}

TEST_CASE("a second array refers to the class of the first", "[joblib]") {
  const std::string file = merged("\x80\x04" + framed("]\x94(" + reduced("\x94") + reduced("\x94") + "e."), 2);
  const std::string first = "\x80\x04" + framed("]\x94(" + class_of_wrapper + raw(")\x81\x94") + state);
  const std::string second = first + stored(first.size()) + framed(raw("h\x03)\x81\x94") + state);
  CHECK(file == second + stored(second.size()) + raw("e."));
  CHECK(split(file) ==
        "\x80\x04]\x94(" + class_of_wrapper + raw(")\x81\x94") + state + raw("|Qh\x03)\x81\x94") + state + "|Qe.");
}

TEST_CASE("arrays of the old protocols", "[joblib]") {
  const std::string opcodes =
      raw("\x80\x02h\x00)Rq\x02}q\x03(U\x05"
          "alignq\x04h\x01ub.");
  const std::string head =
      raw("\x80\x02"
          "cjoblib.numpy_pickle\nNumpyArrayWrapper\nq\x00)\x81q\x01}q\x02(U\x05"
          "alignq\x03K\x10ub");
  CHECK(merged(opcodes, 1, 2) == head + stored(head.size()) + ".");
  CHECK(split(merged(opcodes, 1, 2)) == head + "|Q.");
  const std::string text = "g0\n(tRp2\n(dp3\nV0\np4\ng1\nsb.";
  const std::string text_head = "cjoblib.numpy_pickle\nNumpyArrayWrapper\np0\n(t\x81p1\n(dp2\nV0\np3\nK\x10sb";
  CHECK(merged(text, 1, 0) == text_head + stored(text_head.size()) + ".");
}

TEST_CASE("what no pickler with larder's memo writes is refused", "[joblib]") {
  for (const std::string& opcodes : {raw("h\x00."), raw("h\x00)N."), raw("h\x01."), raw("h\x05."),
                                     raw("h\x00)Rh\x01N."), raw("]q\x07."), raw("\xff.")})
    CHECK_ERROR(merged("\x80\x04" + opcodes, opcodes.starts_with(raw("h\x00)R")) ? 1 : 0), malformed);
  CHECK_ERROR(merged("\x80\x04" + framed(reduced("\x94") + "."), 2), malformed);
  CHECK_ERROR(merged("\x80\x04" + framed(reduced("\x94") + "."), 0), malformed);
}

TEST_CASE("arrays are found whatever made their wrapper", "[joblib]") {
  const std::string data = stored(0).substr(0, 1 + 15 + 3);
  const std::string name = "cjoblib.numpy_pickle\nNumpyArrayWrapper\n";
  const std::vector<std::string> ways = {name + ")\x81",
                                         name + ")R",
                                         name + ")}\x92",
                                         "(" + name + "o",
                                         "(ijoblib.numpy_pickle\nNumpyArrayWrapper\n",
                                         "ccopyreg\n_reconstructor\n(" + name + "cbuiltins\nobject\nNtR",
                                         "ccopyreg\n_reconstructor\n" + name + "cbuiltins\nobject\nN\x87R",
                                         name + ")\x81" +
                                             raw("q\x05"
                                                 "0h\x05"),
                                         raw("\x8c\x05"
                                             "other\x8c\x11NumpyArrayWrapper\x93)\x81"),
                                         name +
                                             ")\x81"
                                             "2"
                                             "0"};
  for (const std::string& made : ways) {
    INFO(made);
    CHECK(split(made + "}b" + data + "N0.") == made + "}b|QN0.");
  }
  CHECK(split("cmy\nOwn\n)\x81}b.") == "cmy\nOwn\n)\x81}b.");
}

TEST_CASE("long texts are left to the unpickler", "[joblib]") {
  const std::string text(JoblibSplit::smallest_content, 'x');
  CHECK(split("\x80\x04" + framed("N") + "B" + little(text.size(), 4) + text + framed("0K\x01.")) ==
        "\x80\x04NB" + little(text.size(), 4) + "...0K\x01.");
}

TEST_CASE("damaged files give errors", "[joblib]") {
  try_damaged(file_with_array(), [](const std::string& file) { static_cast<void>(split(file)); });
  try_damaged("\x80\x04" + framed(reduced("\x94") + "."),
              [](const std::string& file) { static_cast<void>(merged(file, 1)); });
  try_damaged("g0\n(tRp2\n(dp3\nV0\np4\ng1\nsb.",
              [](const std::string& file) { static_cast<void>(merged(file, 1, 0)); });
  for (const std::string& file : {raw("0."), raw("."), raw("s."), raw("u."), raw("\x94."), raw("e."), raw("(e."),
                                  raw("R."), raw("2."), raw("Q.")})
    CHECK_ERROR(split(file), malformed);
}

TEST_CASE("a false index of the memo costs nothing", "[joblib]") {
  CHECK(split(raw("Nr\xff\xff\xff\xff"
                  "0j\xff\xff\xff\xff.")) == raw("Nr\xff\xff\xff\xff"
                                                 "0j\xff\xff\xff\xff."));
}

}  // namespace
}  // namespace larder::testing
