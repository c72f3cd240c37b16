// PMML documents: by hand from the schema, of nyoka and of sklearn2pmml (tests/formats/make/of_pmml.py); and documents
// that are none, each an Error of a kind.
#include <catch2/catch.hpp>

#include <cmath>

#include "hostile.h"
#include "tests/support/errors.h"
#include "transports.h"

namespace larder::testing {
namespace {

const Format& pmml() { return *find_format("pmml"); }

std::string written(Value value) {
  MemoryWriter writer;
  pmml().write(value, writer, {});
  writer.finish();
  return std::string(as_text(writer.bytes()));
}

Outcome read_text(std::string_view text, const Limits& limits = {}) {
  Outcome outcome = read_memory(pmml(), text, limits);
  UNSCOPED_INFO(outcome.message);
  return outcome;
}

Outcome read_golden(const std::string& name) {
  Outcome outcome = read_text(golden("pmml/" + name));
  REQUIRE(outcome.document);
  return outcome;
}

// All nodes of that tag, as they come.
std::vector<Value> nodes_called(Value root, std::string_view tag) {
  std::vector<Value> found;
  std::vector<Value> waiting = {root};
  while (!waiting.empty()) {
    const Value node = waiting.back();
    waiting.pop_back();
    if (!node.is(ValueKind::dict) || !node.find("tag")) continue;
    if (node.find("tag")->as_str() == tag) found.push_back(node);
    const Value children = *node.find("children");
    for (std::size_t i = children.size(); i-- > 0;) waiting.push_back(children[i]);
  }
  return found;
}

template <class Number>
std::vector<Number> numbers_of(Value node) {
  const auto data = node.find("array").value().as_array().data<Number>();
  return {data.begin(), data.end()};
}
using Reals = std::vector<double>;
using Integers = std::vector<std::int64_t>;

TEST_CASE("a PMML document is a tree of values") {
  const Outcome outcome = read_golden("trees.pmml");
  const Value root = outcome.root();
  CHECK(root.find("tag")->as_str() == "PMML");
  CHECK(root.find("attributes")->find("version")->as_str() == "4.4");
  CHECK(find_path(root, "children[1].attributes.copyright")->as_str() == "larder & friends");
  CHECK(root.find("children").value()[0].as_str() == "\n  ");
  CHECK(find_path(root, "before[0].comment")->as_str() == " Made by hand from the schema of PMML 4.4. ");
  const Outcome behind = read_text("<PMML/><?own x?><!-- and no more -->");
  REQUIRE(behind.document);
  CHECK(find_path(behind.root(), "after[0].content")->as_str() == "x");
  CHECK(find_path(behind.root(), "after[1].comment")->as_str() == " and no more ");
  const Value texts = nodes_called(root, "Array").at(0).find("array").value();
  REQUIRE(texts.size() == 3);
  CHECK(texts[1].as_str() == "overcast, <grey>");
  CHECK(texts[2].as_str() == "say \"hail\"");
}

TEST_CASE("matrices of PMML of every kind are arrays of two axes") {
  const Outcome outcome = read_golden("regression.pmml");
  CHECK(find_path(outcome.root(), "before[0].instruction")->as_str() == "xml-stylesheet");
  const auto matrices = nodes_called(outcome.root(), "p:Matrix");
  REQUIRE(matrices.size() == 5);
  CHECK(numbers_of<double>(matrices[0]) == Reals{0.25, -1e-3, -1e-3, 4});
  CHECK(numbers_of<double>(matrices[1]) == Reals{1, 2, 3, 4, 5, 6});
  CHECK(matrices[1].find("array")->as_array().shape() == Shape{2, 3});
  CHECK(numbers_of<double>(matrices[2]) == Reals{1, 0.5, 0.5, 0.5, 2, 0.5, 0.5, 0.5, 3});
  CHECK(numbers_of<double>(matrices[3]) == Reals{1, 7, 0, 1});
  CHECK(matrices[4].find("array")->as_array().shape() == Shape{0, 0});
  for (const Value row : nodes_called(outcome.root(), "p:Array")) CHECK_FALSE(row.find("array"));
}

TEST_CASE("arrays of PMML, also sparse ones, are arrays") {
  const Outcome outcome = read_golden("clustering.pmml");
  const auto arrays = nodes_called(outcome.root(), "Array");
  REQUIRE(arrays.size() == 7);
  CHECK(numbers_of<double>(arrays[1]) == Reals{0.1, -INFINITY});
  CHECK(std::isnan(numbers_of<double>(arrays[2])[0]));
  CHECK(numbers_of<double>(arrays[2])[1] == 150);
  CHECK(numbers_of<std::int64_t>(arrays[4]) == Integers{-1, 0, std::numeric_limits<std::int64_t>::max()});
  CHECK(arrays[5].find("array")->is(ValueKind::list));
  CHECK(arrays[6].find("array")->as_array().shape() == Shape{0});
  const auto integers = nodes_called(outcome.root(), "INT-SparseArray");
  CHECK(numbers_of<std::int64_t>(integers[0]) == Integers{0, 3, 0, 0, -9, 0, 0});
  CHECK_FALSE(nodes_called(integers[0], "Indices")[0].find("array"));
  CHECK_FALSE(integers[1].find("array"));  // too large for what it holds
  CHECK(numbers_of<std::int64_t>(nodes_called(integers[1], "Indices")[0]) == Integers{8'999'999});
  const auto reals = nodes_called(outcome.root(), "REAL-SparseArray");
  CHECK(numbers_of<double>(reals[0]) == Reals{2.5, 0.5, 0.5, 0.5});
  CHECK(numbers_of<double>(reals[1]) == Reals{0, 0, 0});
}

TEST_CASE("what other programs write as PMML is read") {
  const Outcome clusters = read_golden("nyoka_5.5.pmml");
  const auto centers = nodes_called(clusters.root(), "Array");
  REQUIRE(centers.size() == 2);
  CHECK(numbers_of<double>(centers[0]).size() == 4);
  CHECK(nodes_called(read_golden("sklearn2pmml_0.133.pmml").root(), "Segment").size() == 2);
}

TEST_CASE("the encoding of a PMML document is found") {
  const std::string text = "<PMML version=\"4.4\"><a b=\"\xc3\xb6\"/></PMML>";
  const Outcome wanted = read_text(text);
  REQUIRE(wanted.document);
  std::string big = "\xfe\xff";
  std::string little = "\xff\xfe";
  std::string latin = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>";
  for (std::size_t i = 0; i < text.size(); ++i) {
    char letter = text[i];
    if (letter == '\xc3') letter = static_cast<char>('\xc0' + (text[++i] & 0x3f));
    big += '\0';
    big += letter;
    little += letter;
    little += '\0';
    latin += letter;
  }
  for (const std::string& bytes : {"\xef\xbb\xbf" + text, big, little, latin}) {
    INFO(bytes);
    CHECK(pmml().recognises(as_bytes(bytes)));
    const Outcome outcome = read_text(bytes);
    REQUIRE(outcome.document);
    CHECK(equal(outcome.root(), wanted.root()));
  }
}

TEST_CASE("what is PMML is recognised behind what may stand before it") {
  const auto recognised = [](std::string_view head) { return pmml().recognises(as_bytes(head)); };
  CHECK(recognised("<PMML/>"));
  CHECK(recognised(" \n<!-- <a> --><?x ?><p:PMML "));
  CHECK(recognised("<!DOCTYPE PMML><PMML>"));  // so that it is refused for that
  CHECK_FALSE(recognised("<PMMLS/>"));
  CHECK_FALSE(recognised("<a><PMML/></a>"));
  CHECK_FALSE(recognised("PMML"));
  CHECK_FALSE(recognised("<!-- <PMML>"));
  CHECK_FALSE(recognised("<"));
}

// A document with that content, and the kind of error of reading it.
std::string kind_of_content(std::string_view content) {
  const Outcome outcome = read_everywhere(pmml(), "<PMML>" + std::string(content) + "</PMML>");
  INFO(outcome.message);
  return kind_of(outcome);
}

TEST_CASE("PMML that grows, or names other files, is refused") {
  const std::string laughs = "<!DOCTYPE PMML [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;\">]><PMML>&b;</PMML>";
  CHECK(kind_of(read_text(laughs)) == "unsupported");
  CHECK(kind_of(read_text("<!DOCTYPE PMML SYSTEM \"http://127.0.0.1:1/x.dtd\"><PMML/>")) == "unsupported");
  CHECK(kind_of(read_text("<!DOCTYPE x [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><PMML>&f;</PMML>")) ==
        "unsupported");
}

TEST_CASE("what is no PMML document is malformed") {
  CHECK(kind_of(read_text("")) == "truncated");
  CHECK(kind_of(read_text("<a/>")) == "malformed");
  CHECK(kind_of(read_text("<PMML/><PMML/>")) == "malformed");
  CHECK(kind_of(read_text("<PMML><a></b></PMML>")) == "malformed");
  CHECK(kind_of(read_text("<PMML a=\"1\" a=\"2\"/>")) == "malformed");
  CHECK(kind_of_content("\xff") == "malformed");
}

TEST_CASE("arrays of PMML that lie are malformed") {
  CHECK(kind_of_content("<Array n=\"2\" type=\"int\">1 2</Array>") == "a value");
  CHECK(kind_of_content("<Array n=\"3\" type=\"int\">1 2</Array>") == "malformed");
  CHECK(kind_of_content("<Array n=\"-1\" type=\"int\"/>") == "malformed");
  CHECK(kind_of_content("<Array type=\"int\">1.5</Array>") == "malformed");
  CHECK(kind_of_content("<Array type=\"int\">9223372036854775808</Array>") == "malformed");
  CHECK(kind_of_content("<Array type=\"real\">one</Array>") == "malformed");
  CHECK(kind_of_content("<Array type=\"string\">\"no end</Array>") == "malformed");
  CHECK(kind_of_content("<Array type=\"other\">one</Array>") == "a value");
  CHECK(
      kind_of_content("<INT-SparseArray n=\"3\"><Indices>4</Indices><INT-Entries>1</INT-Entries></INT-SparseArray>") ==
      "malformed");
  CHECK(
      kind_of_content("<INT-SparseArray n=\"3\"><Indices>0</Indices><INT-Entries>1</INT-Entries></INT-SparseArray>") ==
      "malformed");
  CHECK(kind_of_content("<INT-SparseArray n=\"3\"><Indices>1</Indices></INT-SparseArray>") == "malformed");
  CHECK(kind_of_content("<Matrix nbRows=\"2\" nbCols=\"1\"><Array type=\"real\">1</Array></Matrix>") == "malformed");
  CHECK(kind_of_content("<Matrix><Array type=\"real\">1</Array><Array type=\"real\">1 2</Array></Matrix>") ==
        "malformed");
  CHECK(kind_of_content("<Matrix kind=\"symmetric\"><Array type=\"real\">1 2</Array></Matrix>") == "malformed");
  CHECK(kind_of_content("<Matrix nbRows=\"1\" nbCols=\"1\"><MatCell row=\"2\" col=\"1\">1</MatCell></Matrix>") ==
        "malformed");
  CHECK(kind_of_content("<Matrix><MatCell row=\"0\" col=\"1\">1</MatCell></Matrix>") == "malformed");
}

TEST_CASE("sizes that a PMML document claims cost nothing") {
  const std::string most = "18446744073709551615";
  CHECK(kind_of_content("<REAL-SparseArray n=\"" + most + "\"/>") == "a value");
  CHECK(kind_of_content("<Matrix nbRows=\"" + most + "\" nbCols=\"" + most + "\"/>") == "a value");
  CHECK(kind_of_content("<Matrix><MatCell row=\"" + most + "\" col=\"" + most + "\">1</MatCell></Matrix>") ==
        "a value");
  Limits limits;
  limits.bytes = 1 << 20;
  CHECK(kind_of(read_text("<PMML>" + repeated("<REAL-SparseArray n=\"60000\"/>", 10) + "</PMML>", limits)) == "limit");
  CHECK(kind_of(read_text("<PMML>" + repeated("<a/>", 10'000) + "</PMML>", limits)) == "limit");
}

TEST_CASE("elements in elements in elements are bounded by Limits::depth") {
  const std::string deep = repeated("<a>", 9'000) + repeated("</a>", 9'000);
  CHECK(kind_of(read_text("<PMML>" + deep + "</PMML>")) == "a value");
  CHECK(kind_of(read_text("<PMML>" + repeated("<a>", 20'000) + repeated("</a>", 20'000) + "</PMML>")) == "limit");
}

TEST_CASE("arrays of PMML are replaced") {
  Outcome outcome = read_golden("clustering.pmml");
  Document& document = *outcome.document;
  const auto set = [&](Value node, Value array) { document.insert(node, document.str("array"), array); };
  const auto reals = [&](const Reals& numbers, Shape shape) {
    return document.array(Array::copy_of(std::span(numbers), std::move(shape)));
  };
  const auto arrays = nodes_called(outcome.root(), "Array");
  set(arrays[0], reals({0.1, 1e300, -0.0, INFINITY}, {4}));
  set(arrays[4], reals({1.5}, {1}));
  const Value words[] = {document.str("plain"), document.str("two words"), document.str("a \"quote\""),
                         document.str("")};
  set(arrays[5], document.list(words));
  set(nodes_called(outcome.root(), "Matrix")[0], reals({1, 2, 3, 4, 5, 6}, {2, 3}));
  set(nodes_called(outcome.root(), "REAL-SparseArray")[0], reals({0.5, 0.5, 3, 0.5, 0.5}, {5}));
  const Outcome again = read_text(written(outcome.root()));
  REQUIRE(again.document);
  const auto found = nodes_called(again.root(), "Array");
  CHECK(numbers_of<double>(found[0]) == Reals{0.1, 1e300, -0.0, INFINITY});
  CHECK(nodes_called(again.root(), "Matrix")[0].find("array")->as_array().shape() == Shape{2, 3});
  CHECK(numbers_of<double>(nodes_called(again.root(), "Matrix")[0]) == Reals{1, 2, 3, 4, 5, 6});
  CHECK(numbers_of<double>(nodes_called(again.root(), "REAL-SparseArray")[0]) == Reals{0.5, 0.5, 3, 0.5, 0.5});
  const auto lists = nodes_called(nodes_called(again.root(), "Extension")[0], "Array");
  CHECK(numbers_of<double>(lists[0]) == Reals{1.5});
  CHECK(lists[0].find("attributes")->find("type")->as_str() == "real");
  REQUIRE(lists[1].find("array")->size() == 4);
  for (std::size_t i = 0; i < 4; ++i) CHECK(lists[1].find("array").value()[i].as_str() == words[i].as_str());
}

TEST_CASE("what PMML cannot hold is refused") {
  CHECK_ERROR(written(Value::integer(1)), unsupported);
  const auto changed = [](auto change) {
    Outcome outcome = read_golden("clustering.pmml");
    change(*outcome.document, outcome.document->root());
    return written(outcome.root());
  };
  CHECK_ERROR(changed([](Document& d, Value root) { d.insert(root, d.str("tag"), d.str("XML")); }), unsupported);
  CHECK_ERROR(changed([](Document& d, Value root) { d.erase(root, d.str("children")); }), unsupported);
  CHECK_ERROR(changed([](Document& d, Value root) { d.insert(root, d.str("array"), d.array(Array())); }), unsupported);
  CHECK_ERROR(changed([](Document& d, Value root) { d.insert(*root.find("attributes"), d.str("a b"), d.str("")); }),
              unsupported);
  CHECK_ERROR(changed([](Document& d, Value root) { d.insert(*root.find("attributes"), d.str("a"), d.str("\x01")); }),
              unsupported);
  CHECK_ERROR(changed([](Document& d, Value root) { d.append(*root.find("children"), Value::integer(1)); }),
              unsupported);
  CHECK_ERROR(changed([](Document& d, Value root) { d.append(*root.find("children"), root); }), unsupported);
  CHECK_ERROR(changed([](Document& d, Value root) {
                const Value comment = d.dict();
                d.insert(comment, d.str("comment"), d.str("a -- b"));
                d.append(*root.find("children"), comment);
              }),
              unsupported);
  CHECK_ERROR(changed([](Document& d, Value root) {
                d.insert(nodes_called(root, "Array")[0], d.str("array"), d.array(Array::allocate(DType(), {2, 2})));
              }),
              unsupported);
}

TEST_CASE("letters of XML come back as they were") {
  const Outcome outcome =
      read_text("<PMML a=\"&#9;&#10;&#13;&quot;&lt;&gt;&amp;'\">&#13;&lt;&gt;&amp;<![CDATA[<&>]]>\"</PMML>");
  REQUIRE(outcome.document);
  CHECK(outcome.root().find("attributes")->find("a")->as_str() == "\t\n\r\"<>&'");
  CHECK(outcome.root().find("children").value()[0].as_str() == "\r<>&<&>\"");
  const Outcome again = read_text(written(outcome.root()));
  REQUIRE(again.document);
  CHECK(equal(again.root(), outcome.root()));
}

}  // namespace
}  // namespace larder::testing
