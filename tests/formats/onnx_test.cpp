// Models that onnx 1.12 and 1.23 wrote: tests/formats/make/of_onnx.py.
#include <catch2/catch.hpp>

#include <complex>
#include <fstream>
#include <map>

#include "tests/support/errors.h"
#include "tests/support/temporary.h"
#include "transports.h"

namespace larder::testing {
namespace {

const Format& onnx() { return *find_format("onnx"); }

std::string written(Value value, const WriteOptions& options = {}) {
  MemoryWriter writer;
  onnx().write(value, writer, options);
  writer.finish();
  return std::string(as_text(writer.bytes()));
}

Outcome read_golden(const std::string& name) {
  const std::string path = "onnx/" + name;
  Outcome outcome = read_memory(onnx(), golden(path), Reading{.file = golden_path(path)});
  INFO(outcome.message);
  REQUIRE(outcome.document);
  return outcome;
}

Value initializers(const Outcome& outcome) { return *outcome.root().find("initializers"); }
Value constants(const Outcome& outcome) { return *outcome.root().find("constants"); }
const Array& array_at(Value dict, std::string_view name) { return dict.find(name).value().as_array(); }

TEST_CASE("an ONNX model is its weights and an outline of its graph") {
  const Outcome outcome = read_golden("linear.onnx");
  const Value root = outcome.root();
  CHECK(root.find("ir_version")->as_int() == 8);
  CHECK(root.find("producer_name")->as_str() == "larder");
  CHECK(root.find("opset_import")->find("")->as_int() == 15);
  CHECK(find_path(root, "graph.nodes[0].op_type")->as_str() == "MatMul");
  CHECK(find_path(root, "graph.nodes[1].inputs[1]")->as_str() == "bias");
  CHECK(find_path(root, "graph.inputs[0].shape[0]")->as_str() == "batch");
  CHECK(find_path(root, "graph.inputs[0].dtype")->as_str() == "float32");
  CHECK(array_at(initializers(outcome), "weight").at<float>({2, 1}) == 5);
  CHECK(array_at(initializers(outcome), "bias").at<float>({1}) == -1);
}

TEST_CASE("tensors of ONNX are read from raw data and from listed numbers alike") {
  for (const char* const name : {"values.onnx", "types_1.23.onnx"}) {
    const Outcome outcome = read_golden(name);
    const Value tensors = initializers(outcome);
    std::size_t listed = 0;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      const std::string key(tensors.key(i).as_str());
      if (!key.starts_with("listed_")) continue;
      INFO(key);
      CHECK(equal(tensors.value(i), tensors.find("raw_" + key.substr(7)).value()));
      ++listed;
    }
    CHECK(listed == (name == std::string("values.onnx") ? 15 : 8));
  }
}

TEST_CASE("elements of every type of ONNX have the right values") {
  const Outcome outcome = read_golden("values.onnx");
  const auto tensor = [&](const char* name) { return array_at(initializers(outcome), std::string("listed_") + name); };
  CHECK(tensor("UINT8").at<std::uint8_t>({1}) == 255);
  CHECK(tensor("INT8").at<std::int8_t>({0}) == -128);
  CHECK(tensor("UINT16").at<std::uint16_t>({1}) == 65535);
  CHECK(tensor("INT16").at<std::int16_t>({0}) == -32768);
  CHECK(tensor("INT32").at<std::int32_t>({0}) == std::numeric_limits<std::int32_t>::min());
  CHECK(tensor("INT64").at<std::int64_t>({0}) == std::numeric_limits<std::int64_t>::min());
  CHECK(tensor("BOOL").at<bool>({0}));
  CHECK_FALSE(tensor("BOOL").at<bool>({1}));
  CHECK(tensor("DOUBLE").at<double>({0}) == 0.1);
  CHECK(tensor("UINT32").at<std::uint32_t>({1}) == 0xffff'ffff);
  CHECK(tensor("UINT64").at<std::uint64_t>({0}) == ~std::uint64_t{0});
  CHECK(tensor("COMPLEX64").at<std::complex<float>>({0}) == std::complex<float>(1, 2));
  CHECK(tensor("COMPLEX128").at<std::complex<double>>({0}) == std::complex<double>(0, 1));
  CHECK(tensor("FLOAT16").dtype().name() == "float16");
  CHECK(tensor("BFLOAT16").dtype().kind() == DTypeKind::bfloat16);
  CHECK(array_at(initializers(outcome), "scalar").shape().empty());
  CHECK(array_at(initializers(outcome), "empty").shape() == Shape{0, 3});
  const Value texts = initializers(outcome).find("texts").value();
  CHECK(as_text(texts[0][0].as_bytes()) == "flour");
  CHECK(as_text(texts[1][1].as_bytes()) == "\xff");
}

TEST_CASE("elements of ONNX that are smaller than a byte stay packed") {
  const Outcome outcome = read_golden("types_1.23.onnx");
  const Value packed = initializers(outcome).find("raw_INT4").value();
  CHECK(packed.find("dtype")->as_str() == "int4");
  CHECK((*packed.find("shape"))[0].as_int() == 3);
  const auto bytes = packed.find("packed")->as_array().data<std::uint8_t>();
  CHECK(std::vector<int>(bytes.begin(), bytes.end()) == std::vector<int>{0x78, 0x01});  // -8, 7, 1
}

TEST_CASE("constants of ONNX have the names of what nodes put out, in graphs in graphs too") {
  const Outcome outcome = read_golden("values.onnx");
  CHECK(array_at(constants(outcome), "flag").at<bool>({}));
  CHECK(array_at(constants(outcome), "filled.value").at<std::int32_t>({0}) == 3);
  CHECK(array_at(constants(outcome), "y.parts[0]").at<std::int8_t>({0}) == 1);
  CHECK(array_at(constants(outcome), "own.Twice/two").at<float>({}) == 2);
  CHECK(array_at(constants(outcome), "chosen.then_branch/yes_out").at<float>({1}) == 1);
  CHECK(array_at(initializers(outcome), "chosen.else_branch/inner").at<std::int64_t>({0}) == 2);
  const Value sparse = initializers(outcome).find("sparse").value();
  CHECK(array_at(sparse, "values").at<float>({1}) == 3.5F);
  CHECK(array_at(sparse, "indices").at<std::int64_t>({1}) == 4);
  CHECK((*sparse.find("shape"))[0].as_int() == 6);
  CHECK(array_at(constants(outcome).find("sparse_constant").value(), "indices").shape() == Shape{1, 2});
}

TEST_CASE("attributes and metadata of ONNX are values") {
  const Outcome outcome = read_golden("values.onnx");
  const Value attributes = find_path(outcome.root(), "graph.nodes[4].attributes").value();
  CHECK(attributes.find("alpha")->as_float() == 1.5);
  CHECK(attributes.find("beta")->as_int() == -3);
  CHECK(attributes.find("mode")->as_str() == "linear");
  CHECK(attributes.find("nothing")->as_str().empty());
  CHECK(attributes.find("letters").value()[1].as_str() == "b");
  CHECK(array_at(attributes, "ratios").at<float>({0}) == 0.5F);
  CHECK(array_at(attributes, "pads").at<std::int64_t>({1}) == -1);
  CHECK(attributes.find("parts")->is_none());
  CHECK(find_path(outcome.root(), "graph.nodes[2].attributes.then_branch.name")->as_str() == "yes");
  CHECK(find_path(outcome.root(), "functions[0].nodes[1].op_type")->as_str() == "Mul");
  CHECK(find_path(outcome.root(), "metadata_props.author")->as_str() == "larder");
  CHECK(find_path(outcome.root(), "graph.outputs[1].type")->as_str() == "sequence");
}

TEST_CASE("an ONNX model that nobody touched is written byte for byte") {
  for (const char* const name : {"linear.onnx", "values.onnx", "types_1.23.onnx"}) {
    INFO(name);
    CHECK(written(read_golden(name).root()) == golden(std::string("onnx/") + name));
  }
}

TEST_CASE("the model keeps none of the elements that are arrays") {
  const Outcome outcome = read_golden("linear.onnx");
  const Value model = outcome.root().find("model").value();
  CHECK(model.find("bytes")->size() + 24 + 8 == golden("onnx/linear.onnx").size());
}

// A model with one tensor replaced.
std::string with(const std::string& name, std::string_view section, std::string_view key, Array array) {
  Outcome outcome = read_golden(name);
  Document& document = *outcome.document;
  document.insert(*document.root().find(section), document.str(key), document.array(std::move(array)));
  return written(document.root());
}

Array floats(std::vector<float> values, Shape shape) {
  return Array::copy_of(std::span<const float>(values), std::move(shape));
}

TEST_CASE("weights of ONNX are replaced") {
  const std::string before = golden("onnx/linear.onnx");
  const std::string same_size = with("linear.onnx", "initializers", "bias", floats({1, 2}, {2}));
  CHECK(same_size.size() == before.size());
  CHECK(array_at(initializers(read_memory(onnx(), same_size)), "bias").at<float>({1}) == 2);

  const std::string larger =
      with("linear.onnx", "initializers", "weight", floats(std::vector<float>(300, 0.25F), {3, 100}));
  const Outcome outcome = read_memory(onnx(), larger);
  INFO(outcome.message);
  REQUIRE(outcome.document);
  CHECK(array_at(initializers(outcome), "weight").shape() == Shape{3, 100});
  CHECK(array_at(initializers(outcome), "bias").at<float>({1}) == -1);
  CHECK(outcome.root().find("opset_import")->find("")->as_int() == 15);
}

TEST_CASE("tensors of ONNX in graphs, nodes, functions and lists are replaced") {
  const std::pair<const char*, const char*> places[] = {{"initializers", "listed_INT64"},
                                                        {"initializers", "listed_FLOAT"},
                                                        {"initializers", "chosen.else_branch/inner"},
                                                        {"constants", "own.Twice/two"},
                                                        {"constants", "flag"},
                                                        {"constants", "y.parts[0]"},
                                                        {"constants", "chosen.then_branch/yes_out"}};
  for (const auto& [section, key] : places) {
    INFO(key);
    const Array array = floats(std::vector<float>(50, 7.5F), {5, 10}).transposed();
    const std::string bytes = with("values.onnx", section, key, array);
    const Outcome outcome = read_memory(onnx(), bytes);
    INFO(outcome.message);
    REQUIRE(outcome.document);
    CHECK(array_at(outcome.root().find(section).value(), key).identical(array));
    // All else is what it was.
    Outcome untouched = read_golden("values.onnx");
    Document& document = *untouched.document;
    document.insert(*document.root().find(section), document.str(key), document.array(array));
    document.insert(document.root(), document.str("model"), document.copy(*outcome.root().find("model")));
    CHECK(equal(outcome.root(), document.root()));
    CHECK(written(outcome.root()) == bytes);
  }
}

TEST_CASE("a foreign byte order is written as ONNX has it") {
  const std::string bytes = with("linear.onnx", "initializers", "bias", floats({1, 2}, {2}).byte_swapped());
  CHECK(bytes == with("linear.onnx", "initializers", "bias", floats({1, 2}, {2})));
}

TEST_CASE("packed and sparse tensors of ONNX are replaced") {
  Outcome outcome = read_golden("types_1.23.onnx");
  Document& document = *outcome.document;
  const std::uint8_t bytes[] = {0x21, 0x43, 0x05};
  const Value axes[] = {Value::integer(5)};
  for (const char* const key : {"raw_INT4", "listed_INT4"}) {
    const Value packed = *initializers(outcome).find(key);
    document.insert(packed, document.str("shape"), document.list(axes));
    document.insert(packed, document.str("packed"),
                    document.array(Array::copy_of(std::span<const std::uint8_t>(bytes), {3})));
  }
  const Outcome again = read_memory(onnx(), written(outcome.root()));
  INFO(again.message);
  REQUIRE(again.document);
  CHECK(equal(initializers(again), initializers(outcome)));
  document.insert(*initializers(outcome).find("raw_INT4"), document.str("shape"), document.list());
  CHECK_ERROR(written(outcome.root()), unsupported);

  Outcome values = read_golden("values.onnx");
  const Value sparse = *initializers(values).find("sparse");
  values.document->insert(sparse, values.document->str("values"), values.document->array(floats({1, 2}, {2})));
  CHECK(equal(initializers(read_memory(onnx(), written(values.root()))), initializers(values)));
  values.document->insert(sparse, values.document->str("values"), values.document->array(floats({1, 2, 3}, {3})));
  CHECK_ERROR(written(values.root()), unsupported);
}

TEST_CASE("what is no tensor of an ONNX model cannot be changed silently") {
  const auto changed = [](auto change) {
    Outcome outcome = read_golden("values.onnx");
    change(*outcome.document, outcome.document->root());
    return written(outcome.root());
  };
  CHECK_ERROR(written(Value::integer(1)), unsupported);
  CHECK_ERROR(changed([](Document& d, Value root) { d.insert(root, d.str("ir_version"), Value::integer(9)); }),
              unsupported);
  CHECK_ERROR(changed([](Document& d, Value root) { d.insert(root, d.str("new"), Value::integer(9)); }), unsupported);
  CHECK_ERROR(changed([](Document& d, Value root) { d.erase(root, d.str("doc_string")); }), unsupported);
  CHECK_ERROR(changed([](Document& d, Value root) { d.erase(root, d.str("model")); }), unsupported);
  CHECK_ERROR(changed([](Document& d, Value root) { d.erase(root, d.str("constants")); }), unsupported);
  CHECK_ERROR(changed([](Document& d, Value root) { d.erase(*root.find("initializers"), d.str("scalar")); }),
              unsupported);
  CHECK_ERROR(
      changed([](Document& d, Value root) { d.insert(*root.find("initializers"), d.str("more"), d.array(Array())); }),
      unsupported);
  CHECK_ERROR(changed([](Document& d, Value root) { d.insert(*root.find("initializers"), d.str("texts"), d.list()); }),
              unsupported);
  CHECK_ERROR(changed([](Document& d, Value root) {
                d.insert(*root.find("initializers"), d.str("scalar"), d.array(Array::allocate(DType::parse("S3"), {})));
              }),
              unsupported);
  CHECK_ERROR(changed([](Document& d, Value root) {
                d.insert(*root.find("model"), d.str("bytes"), d.bytes(as_bytes("\x08\x08")));
              }),
              unsupported);
  CHECK_ERROR(changed([](Document& d, Value root) { d.insert(*root.find("model"), d.str("cuts"), d.list()); }),
              unsupported);
}

// External data in files that lie in memory.
class Beside {
 public:
  WriteOptions options(std::string_view name) {
    return {.name = name, .create_sibling = [this](std::string_view sibling) -> Writer& {
              return *writers_.emplace(sibling, std::make_unique<MemoryWriter>()).first->second;
            }};
  }
  std::string content(const std::string& name) {
    MemoryWriter& writer = *writers_.at(name);
    writer.flush();
    return std::string(as_text(writer.bytes()));
  }
  std::size_t count() const { return writers_.size(); }

 private:
  std::map<std::string, std::unique_ptr<MemoryWriter>> writers_;
};

TEST_CASE("external data of ONNX is read, mapped, and written beside") {
  Outcome outcome = read_golden("external.onnx");
  CHECK(array_at(initializers(outcome), "weight").at<float>({9, 19}) == 199);
  CHECK(array_at(initializers(outcome), "half").at<float>({0, 1}) == 0.5F);
  CHECK_ERROR(written(outcome.root()), unsupported);

  outcome.document->insert(initializers(outcome), outcome.document->str("half"),
                           outcome.document->array(floats(std::vector<float>(7, 3), {7})));
  const TemporaryDirectory directory;
  Beside beside;
  const std::string model = written(outcome.root(), beside.options("new.onnx"));
  CHECK(beside.count() == 1);
  std::ofstream(directory / "new.onnx", std::ios::binary) << model;
  std::ofstream(directory / "new.onnx.data", std::ios::binary) << beside.content("new.onnx.data");
  for (const MapMode mode : {MapMode::none, MapMode::read, MapMode::copy_on_write}) {
    const Outcome again =
        read_object(onnx(), *open_file(directory / "new.onnx"), {.file = directory / "new.onnx", .map_mode = mode});
    INFO(again.message);
    REQUIRE(again.document);
    CHECK(equal(initializers(again), initializers(outcome)));
    const Array& weight = array_at(initializers(again), "weight");
    CHECK(weight.mapped() == (mode != MapMode::none));
    CHECK(weight.data<float>()[199] == 199);  // it is aligned
    Beside other;
    CHECK(written(again.root(), other.options("new.onnx")) == model);
    CHECK(other.content("new.onnx.data") == beside.content("new.onnx.data"));
  }
}

TEST_CASE("tensors of ONNX that lie anywhere can be used where they were read") {
  const std::string bytes = golden("onnx/values.onnx");
  const auto pipe = callback_reader([rest = std::string_view(bytes)](MutableBytes out) mutable {
    const std::size_t size = std::min(out.size(), rest.size());
    std::ranges::copy(as_bytes(rest.substr(0, size)), out.begin());
    rest.remove_prefix(size);
    return size;
  });
  const Outcome outcome = read_object(onnx(), *pipe);
  REQUIRE(outcome.document);
  CHECK(array_at(initializers(outcome), "raw_DOUBLE").data<double>()[0] == 0.1);
  CHECK(array_at(initializers(outcome), "raw_COMPLEX128").data<std::complex<double>>()[1] == -2.0);
}

}  // namespace
}  // namespace larder::testing
