// Weights in several files, as Keras 3.15 wrote them: tests/formats/make/keras_shards.py.
#include <catch2/catch.hpp>

#include <deque>

#include "tests/support/errors.h"
#include "transports.h"

namespace larder::testing {
namespace {

const Format& shards() { return *find_format("keras-shards"); }
const std::string index_name = "small.weights.json";

Files golden_files() {
  Files files;
  for (const char* const name : {"small.weights.json", "small_00000.weights.h5", "small_00001.weights.h5"})
    files[name] = golden(std::string("keras-shards/") + name);
  return files;
}

Outcome read_files(const Files& files, const std::string& name = index_name) {
  return read_memory(shards(), files.at(name), {.name = name, .beside = files});
}

Files written_files(Value value, const std::string& name = index_name) {
  std::deque<std::pair<std::string, MemoryWriter>> siblings;
  const WriteOptions options{.name = name, .create_sibling = [&](std::string_view sibling) -> Writer& {
                               siblings.emplace_back(std::piecewise_construct, std::tuple(sibling), std::tuple());
                               return siblings.back().second;
                             }};
  MemoryWriter index;
  shards().write(value, index, options);
  index.finish();
  Files files = {{name, std::string(as_text(index.bytes()))}};
  for (auto& [sibling, writer] : siblings) {
    writer.finish();
    files[sibling] = as_text(writer.bytes());
  }
  return files;
}

TEST_CASE("sharded weights of Keras are put together") {
  const Outcome outcome = read_files(golden_files());
  INFO(outcome.message);
  REQUIRE(outcome.document);
  const Value weights = *outcome.root().find("weights");
  REQUIRE(weights.size() == 4);
  CHECK(weights.find("layers/dense/vars/0")->as_array().shape() == Shape{3, 4});
  CHECK(weights.find("layers/dense/vars/1")->as_array().shape() == Shape{4});
  CHECK(weights.find("layers/dense_1/vars/1")->as_array().shape() == Shape{2});
  const Value attributes = *outcome.root().find("attributes");
  CHECK(attributes.find("layers/dense/vars")->find("name")->as_str() == "first");
  CHECK(attributes.find("layers/dropout/vars")->find("name")->as_str() == "dropout");
  const Value files = *outcome.root().find("files");
  CHECK(files.find("layers/dense/vars/0")->as_str() == "small_00000.weights.h5");
  CHECK(files.find("layers/dense/vars/1")->as_str() == "small_00001.weights.h5");
}

TEST_CASE("weights go to the files that they came from, also under another name") {
  const Outcome outcome = read_files(golden_files());
  REQUIRE(outcome.document);
  const Files files = written_files(outcome.root());
  REQUIRE(files.size() == 3);
  const Outcome again = read_files(files);
  INFO(again.message);
  REQUIRE(again.document);
  CHECK(equal(outcome.root(), again.root()));
  CHECK(written_files(again.root()) == files);

  const Files others = written_files(outcome.root(), "other.weights.json");
  CHECK(others.contains("other_00001.weights.h5"));
  CHECK(equal(*read_files(others, "other.weights.json").root().find("weights"), *outcome.root().find("weights")));
}

TEST_CASE("weights that came from no file go to the first, group by group") {
  Document document;
  const Value weights = document.dict();
  for (const char* const path : {"layers/dense/vars/0", "layers/dense/vars/1", "vars/0"})
    document.insert(weights, document.str(path), document.array(Array::allocate(DType(), {2})));
  const Value root = document.dict();
  document.insert(root, document.str("weights"), weights);
  const Files files = written_files(root);
  REQUIRE(files.size() == 2);
  CHECK(files.at(index_name).find("\"/layers/dense/vars\": \"small_00000.weights.h5\"") != std::string::npos);
  CHECK(files.at(index_name).find("\"total_size\": 48") != std::string::npos);
  const Outcome outcome = read_files(files);
  REQUIRE(outcome.document);
  CHECK(equal(*outcome.root().find("weights"), weights));
  document.insert(root, document.str("weights"), document.dict());
  CHECK(written_files(root).contains("small_00000.weights.h5"));  // Keras opens it in any case
}

TEST_CASE("a group that is empty in one file and not in another holds something") {
  Document document;
  const Value root = document.dict();
  document.insert(root, document.str("layer"), document.dict());
  const std::string empty = written(*find_format("h5"), root);
  const Value full = document.dict();
  document.insert(full, document.str("layer/0"), document.array(Array::allocate(DType(), {1})));
  const Outcome outcome = read_files({{index_name, R"({"weight_map": {"/layer": ["a.weights.h5", "b.weights.h5"]}})"},
                                      {"a.weights.h5", empty},
                                      {"b.weights.h5", written(*find_format("h5"), full)}});
  INFO(outcome.message);
  REQUIRE(outcome.document);
  CHECK(outcome.root().find("attributes")->empty());
}

TEST_CASE("an index must fit its files") {
  Files files = golden_files();
  const auto with_index = [&](std::string index) {
    Files changed = files;
    changed[index_name] = std::move(index);
    return kind_of(read_files(changed));
  };
  CHECK(with_index(R"({"weight_map": {"/a": "missing.weights.h5"}})") == "not_found");
  CHECK(with_index(R"({"weight_map": {"/a": 1}})") == "malformed");
  CHECK(with_index(R"({"weight_map": {"/a": ["small_00000.weights.h5", []]}})") == "malformed");
  CHECK(with_index(R"({"weight_map": []})") == "malformed");
  CHECK(with_index("{}") == "malformed");
  CHECK(with_index("[]") == "malformed");
  CHECK(with_index("") == "truncated");
  files["again.weights.h5"] = files["small_00000.weights.h5"];
  CHECK(with_index(R"({"weight_map": {"/a": ["small_00000.weights.h5", "again.weights.h5"]}})") == "malformed");
  CHECK(kind_of(read_memory(shards(), files[index_name])) == "unsupported");
}

TEST_CASE("sharded weights are written to a path alone") {
  const Outcome outcome = read_files(golden_files());
  REQUIRE(outcome.document);
  CHECK_ERROR(written(shards(), outcome.root()), unsupported);
  CHECK_ERROR(written_files(outcome.root(), "x.json"), unsupported);
  CHECK_ERROR(written_files(Value::integer(1)), unsupported);
  Document document;
  const Value root = document.dict();
  document.insert(root, document.str("weights"), document.dict());
  document.insert(root, document.str("files"), document.list());
  CHECK_ERROR(written_files(root), unsupported);
}

}  // namespace
}  // namespace larder::testing
