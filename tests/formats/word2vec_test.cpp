// Files of word2vec, binary and text: tests/formats/make/of_gensim.py, and what other tools do.
#include <catch2/catch.hpp>

#include <cmath>
#include <functional>
#include <limits>

#include "base/float_text.h"
#include "hostile.h"
#include "tests/support/errors.h"
#include "transports.h"

namespace larder::testing {
namespace {

const Format& binary() { return *find_format("word2vec"); }
const Format& text() { return *find_format("word2vec-text"); }

std::string written(const Format& format, Value value) {
  MemoryWriter writer;
  format.write(value, writer, {});
  return std::string(as_text(writer.bytes()));
}

std::string floats(std::initializer_list<float> numbers) {
  std::string bytes;
  for (const float number : numbers) bytes += little(std::bit_cast<std::uint32_t>(number), sizeof number);
  return bytes;
}

// The words and the numbers, in their order.
std::string content_of(const Outcome& outcome) {
  INFO(outcome.message);
  if (!outcome.document) return kind_of(outcome);
  const Value words = *outcome.root().find("words");
  const Array& rows = outcome.root().find("vectors")->as_array();
  std::string content;
  for (std::size_t i = 0; i < words.size(); ++i) {
    content += words[i].is(ValueKind::str) ? std::string(words[i].as_str()) : "bytes";
    for (std::uint64_t j = 0; j < rows.shape()[1]; ++j) content += ' ' + internal::float_text(rows.at<float>({i, j}));
    content += ';';
  }
  return content;
}

std::string read_as(const Format& format, const std::string& bytes) {
  return content_of(read_everywhere(format, bytes));
}

TEST_CASE("words and vectors of word2vec are a list and an array") {
  const Outcome outcome = read_memory(binary(), golden("word2vec/vectors.w2v"));
  REQUIRE(outcome.document);
  const Array& vectors = outcome.root().find("vectors")->as_array();
  CHECK(vectors.dtype() == DType::of<float>());
  CHECK(vectors.shape() == Shape{5, 4});
  CHECK(vectors.at<float>({3, 2}) == 0.75F);
  CHECK(outcome.root().find("words")->operator[](2).as_str() == "長さ");
  CHECK(equal(outcome.root(), read_memory(text(), golden("word2vec-text/vectors.vec")).root()));
}

TEST_CASE("the two formats are told apart by content, and written as gensim does") {
  const std::string as_binary = golden("word2vec/vectors.w2v");
  const std::string as_text = golden("word2vec-text/vectors.vec");
  CHECK(binary().recognises(as_bytes(as_binary)));
  CHECK(text().recognises(as_bytes(as_text)));
  CHECK_FALSE(binary().recognises(as_bytes(as_text)));
  CHECK_FALSE(text().recognises(as_bytes(as_binary)));
  const Outcome outcome = read_memory(binary(), as_binary);
  REQUIRE(outcome.document);
  CHECK(written(binary(), outcome.root()) == as_binary);
  CHECK(written(text(), outcome.root()) == as_text);
}

TEST_CASE("other heads are none of word2vec") {
  for (const std::string head :
       {"", "5", "5 4", "5 4\n", "5\n", "a 4\nx 1\n", "5 -4\nx 1\n", "5 4 3\nx 1\n", "5 4\nno numbers\n", "5 4\nx\n"}) {
    INFO(head);
    CHECK_FALSE(text().recognises(as_bytes(head)));
    CHECK_FALSE(binary().recognises(as_bytes(head)));
  }
}

TEST_CASE("files of other tools are read") {
  CHECK(read_as(binary(), "2 1\na " + floats({1}) + "\nb " + floats({-2}) + "\n") == "a 1.0;b -2.0;");
  CHECK(read_as(binary(), "1 1\na\x01 " + floats({1})) == "a\x01 1.0;");
  CHECK(read_as(binary(), "1 1\n\xff " + floats({1})) == "bytes 1.0;");
  CHECK(read_as(text(), "2 2\na 1 2 \nb 0.5 -1e-3 \n") == "a 1.0 2.0;b 0.5 -0.001;");
  CHECK(read_as(text(), "1 3\r\na 1 2 3\n") == "malformed");
  CHECK(read_as(text(), "1 3\na nan inf -inf\r\n\n") == "a nan inf -inf;");
  CHECK(read_as(text(), "1 2\na 1e-60 0.1\n") == "a 0.0 0.1;");
  CHECK(read_as(text(), "0 3\n") == "");
}

TEST_CASE("words that are no text are kept as bytes") {
  const std::string bytes = "1 1\n\xff\xfe " + floats({1});
  const Outcome outcome = read_memory(binary(), bytes);
  REQUIRE(outcome.document);
  CHECK(written(binary(), outcome.root()) == bytes);
  MemoryWriter writer;
  CHECK_ERROR(find_format("gensim")->write(outcome.root(), writer, {}), unsupported);
}

struct Row {
  std::string bytes;
  const char* kind;
};

TEST_CASE("files of word2vec that lie are refused") {
  const Row of_binary[] = {
      {"1 1\na ", "truncated"},
      {"1 1\na", "truncated"},
      {"1 1", "truncated"},
      {"2 1\na " + floats({1}), "truncated"},
      {"1 1\na " + floats({1}) + "x", "malformed"},
      {"1\n", "malformed"},
      {"1 1 1\n", "malformed"},
      {"99999999999999999999 1\n", "malformed"},
      {"9999999999999999999 9999999999\n", "limit"},
      {"4611686018427387904 4\n", "limit"},
      {"0 4611686018427387904\n", "limit"},
      {"1000000000000 100000\n", "limit"},
      {"1 1\n" + std::string(std::size_t{2} << 20, 'x'), "malformed"},
      {"1 1\n" + std::string(5000, 'x'), "truncated"},
  };
  for (const auto& [bytes, kind] : of_binary) {
    INFO(bytes.substr(0, 60));
    CHECK(read_as(binary(), bytes) == kind);
  }
  const Row of_text[] = {
      {"1 1\na 1", "truncated"},      {"2 1\na 1\n", "truncated"},    {"1 1\na 1\nb 2\n", "malformed"},
      {"1 2\na 1\n", "malformed"},    {"1 1\na 1 2\n", "malformed"},  {"1 1\na one\n", "malformed"},
      {"1 2\na 1  2\n", "malformed"}, {"1 1\na 1e39\n", "malformed"}, {"1 1\na 1e999\n", "malformed"},
      {"1 1\na 1x\n", "malformed"},   {"1 1\na\n", "malformed"},      {"1 1\na 0x1\n", "malformed"},
      {"1 1\n\n", "malformed"},
  };
  for (const auto& [bytes, kind] : of_text) {
    INFO(bytes);
    CHECK(read_as(text(), bytes) == kind);
  }
}

TEST_CASE("a false number of words takes no memory") {
  Limits limits;
  limits.bytes = std::uint64_t{8} << 30;
  CHECK(kind_of(read_memory(binary(), "1000000 1000\na ", limits)) == "truncated");
  CHECK(kind_of(read_memory(text(), "1000000 1000\na ", limits)) == "truncated");
}

TEST_CASE("no words of a false number of elements take no memory when they are written") {
  const std::string file = "0 111111111111114\n";
  for (const Format* const format : {&binary(), &text()})
    CHECK(written(*format, read_memory(*format, file).root()) == file);
}

TEST_CASE("what would not be read back is not written") {
  Document document;
  const auto value = [&](std::vector<Value> words, const Array& vectors) {
    const Value made = document.dict();
    document.insert(made, document.str("words"), document.list(words));
    document.insert(made, document.str("vectors"), document.array(vectors));
    return made;
  };
  const Array one = Array::allocate(DType::of<float>(), {1, 2});
  for (const Format* const format : {&binary(), &text()}) {
    CHECK_ERROR(written(*format, value({document.str("two words")}, one)), unsupported);
    CHECK_ERROR(written(*format, value({document.str("two\nlines")}, one)), unsupported);
    CHECK_ERROR(written(*format, value({Value::none()}, one)), unsupported);
    CHECK_ERROR(written(*format, value({}, one)), unsupported);
    CHECK_ERROR(written(*format, value({document.str("a")}, Array::allocate(DType::of<double>(), {1, 2}))),
                unsupported);
    CHECK_ERROR(written(*format, value({document.str("a")}, Array::allocate(DType::of<float>(), {1}))), unsupported);
    CHECK_ERROR(written(*format, document.list()), unsupported);
  }
  CHECK_ERROR(written(*find_format("gensim"),
                      value({document.str("a"), document.str("a")}, Array::allocate(DType::of<float>(), {2, 2}))),
              unsupported);
}

TEST_CASE("vectors of either byte order and layout are written alike") {
  const float numbers[] = {1, 2, 3, 4};
  const Array plain = Array::copy_of<float>(numbers, {2, 2});
  Document document;
  const auto file_of = [&](const Array& vectors) {
    const Value words[] = {document.str("a"), document.str("b")};
    const Value made = document.dict();
    document.insert(made, document.str("words"), document.list(words));
    document.insert(made, document.str("vectors"), document.array(vectors));
    return written(binary(), made);
  };
  CHECK(file_of(plain) == "2 2\na " + floats({1, 2}) + "b " + floats({3, 4}));
  CHECK(file_of(plain.byte_swapped()) == file_of(plain));
  CHECK(file_of(plain.copy(Order::fortran)) == file_of(plain));
  CHECK(file_of(plain.transposed()) == "2 2\na " + floats({1, 3}) + "b " + floats({2, 4}));
}

TEST_CASE("numbers are written with as few digits as read back") {
  CHECK(internal::float_text(0.1F) == "0.1");
  CHECK(internal::float_text(-0.0F) == "-0.0");
  CHECK(internal::float_text(1e-5F) == "1e-05");
  CHECK(internal::float_text(0.0001F) == "0.0001");
  CHECK(internal::float_text(123456789.0F) == "123456790.0");
  CHECK(internal::float_text(1e20F) == "1e+20");
  CHECK(internal::float_text(1e15) == "1000000000000000.0");
  CHECK(internal::float_text(1e16) == "1e+16");
  CHECK(internal::float_text(-1234.5) == "-1234.5");
  CHECK(internal::float_text(std::nan("")) == "nan");
  CHECK(internal::float_text(-std::numeric_limits<double>::infinity()) == "-inf");
}

TEST_CASE("the vectors of a model of gensim are written as word2vec's, and back") {
  const Path path = golden_path("gensim/vectors.gensim");
  const Outcome model = read_object(*find_format("gensim"), *open_file(path), {.file = path});
  REQUIRE(model.document);
  CHECK(written(binary(), model.root()) == golden("word2vec/vectors.w2v"));
  CHECK(written(text(), model.root()) == golden("word2vec-text/vectors.vec"));
  const Path whole = golden_path("gensim/word2vec.gensim");
  const Outcome trained = read_object(*find_format("gensim"), *open_file(whole), {.file = whole});
  REQUIRE(trained.document);
  CHECK(written(text(), trained.root()).starts_with("6 4\nwater "));

  const Outcome vectors = read_memory(binary(), golden("word2vec/vectors.w2v"));
  REQUIRE(vectors.document);
  const Outcome made = read_memory(*find_format("gensim"), written(*find_format("gensim"), vectors.root()));
  REQUIRE(made.document);
  CHECK(made.root().callable().qualified_name() == "KeyedVectors");
  for (const char* const name : {"vectors", "index_to_key", "key_to_index", "vector_size"}) {
    INFO(name);
    CHECK(equal(*made.root().state().find(name), *model.root().state().find(name)));
  }
}

}  // namespace
}  // namespace larder::testing
