// .keras archives that Keras 3.15 wrote: tests/formats/make/of_tensorflow.py.
#include <catch2/catch.hpp>

#include <array>

#include "tests/support/errors.h"
#include "transports.h"

namespace larder::testing {
namespace {

const Format& keras() { return *find_format("keras"); }

TEST_CASE(".keras archives are configuration and weights, from every source") {
  const Outcome outcome = read_everywhere(keras(), golden("keras/small.keras"));
  INFO(outcome.message);
  REQUIRE(outcome.document);
  const Value root = outcome.root();
  CHECK(find_path(root, "metadata.keras_version")->as_str() == "3.15.1");
  CHECK(find_path(root, "config.config.layers[1].config.name")->as_str() == "first");
  const Value weights = *root.find("weights");
  REQUIRE(weights.size() == 4);
  CHECK(weights.key(0).as_str() == "layers/dense/vars/0");
  CHECK(weights.find("layers/dense_1/vars/0")->as_array().shape() == Shape{4, 2});
  CHECK(root.find("attributes")->find("layers/dense/vars")->find("name")->as_str() == "first");
  CHECK(root.find("attributes")->find("layers/dropout/vars").has_value());
  CHECK(root.find("files")->size() == 2);
}

TEST_CASE("bfloat16 weights of .keras archives are bfloat16") {
  const Outcome outcome = read_memory(keras(), golden("keras/bfloat16.keras"));
  REQUIRE(outcome.document);
  CHECK(outcome.root().find("weights")->find("layers/dense/vars/0")->as_array().dtype().kind() == DTypeKind::bfloat16);
}

TEST_CASE("variables of Keras are in the order of their numbers") {
  Document document;
  const Value weights = document.dict();
  for (const char* const number : {"10", "9", "2", "0", "name"})
    document.insert(weights, document.str(std::string("vars/") + number),
                    document.array(Array::allocate(DType(), {1})));
  const Value root = document.dict();
  document.insert(root, document.str("config"), document.dict());
  document.insert(root, document.str("weights"), weights);
  const Outcome outcome = read_memory(keras(), written(keras(), root));
  REQUIRE(outcome.document);
  const Value read = *outcome.root().find("weights");
  const std::array names = {"vars/0", "vars/2", "vars/9", "vars/10", "vars/name"};
  for (std::size_t i = 0; i < names.size(); ++i) CHECK(read.key(i).as_str() == names[i]);
}

TEST_CASE("what a .keras archive held is written so that it is read equal, and maps") {
  for (const char* const name : {"keras/small.keras", "keras/bfloat16.keras"}) {
    INFO(name);
    const Outcome outcome = read_memory(keras(), golden(name));
    REQUIRE(outcome.document);
    const std::string bytes = written(keras(), outcome.root());
    const Outcome again = read_everywhere(keras(), bytes);
    REQUIRE(again.document);
    CHECK(equal(outcome.root(), again.root()));
    CHECK(written(keras(), again.root()) == bytes);

    const Outcome mapped = read_mapped(keras(), bytes, {.map_mode = MapMode::read});
    REQUIRE(mapped.document);
    CHECK(equal(mapped.root(), outcome.root()));
    const Array kernel = mapped.root().find("weights")->find("layers/dense/vars/0")->as_array();
    CHECK(kernel.mapped());
    CHECK(reinterpret_cast<std::uintptr_t>(kernel.origin()) % 64 == 0);
  }
}

TEST_CASE("a weight of two layers stays one") {
  Document document;
  const Value weight = document.array(Array::allocate(DType(), {1}));
  const Value weights = document.dict();
  for (const char* const path : {"layers/dense/vars/0", "layers/dense_1/vars/0"})
    document.insert(weights, document.str(path), weight);
  const Value root = document.dict();
  document.insert(root, document.str("config"), document.dict());
  document.insert(root, document.str("weights"), weights);
  const Outcome outcome = read_memory(keras(), written(keras(), root));
  REQUIRE(outcome.document);
  const Value read = *outcome.root().find("weights");
  CHECK(read.value(0).same_as(read.value(1)));
}

TEST_CASE("a .keras archive that is cut anywhere is an error") {
  const std::string bytes = golden("keras/bfloat16.keras");
  for (std::size_t size = 0; size < bytes.size(); size += 37)
    REQUIRE(kind_of(read_memory(keras(), std::string_view(bytes).substr(0, size))) != "a value");
}

TEST_CASE("what is no Keras model is refused") {
  Document document;
  CHECK_ERROR(written(keras(), Value::integer(1)), unsupported);
  CHECK_ERROR(written(keras(), document.dict()), unsupported);
  const Value root = document.dict();
  document.insert(root, document.str("config"), document.dict());
  const Value weights = document.dict();
  document.insert(root, document.str("weights"), weights);
  document.insert(weights, document.str("x"), document.set());
  CHECK_ERROR(written(keras(), root), unsupported);
  document.insert(weights, document.str("x"), document.array(Array::allocate(DType(), {1})));
  document.insert(root, document.str("files"), document.list());
  CHECK_ERROR(written(keras(), root), unsupported);
}

}  // namespace
}  // namespace larder::testing
