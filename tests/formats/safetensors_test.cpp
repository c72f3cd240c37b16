// safetensors files that the reference library wrote (tests/formats/make/of_safetensors.py), and rows S1 to S3 of what
// readers of safetensors are attacked with.
#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <map>

#include "formats/safetensors/shards.h"
#include "hostile.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"
#include "transports.h"

namespace larder::testing {
namespace {

const Format& safetensors() { return *find_format("safetensors"); }
const Format& sharded() { return *find_format("safetensors-index"); }

std::string written(Value value) {
  MemoryWriter writer;
  safetensors().write(value, writer, {});
  writer.finish();
  return std::string(as_text(writer.bytes()));
}

std::string file_of(std::string_view json, std::string_view data = "", std::uint64_t more = 0) {
  return little(json.size() + more, 8).append(json).append(data);
}

// A tensor in a header.
std::string tensor(std::string_view name, std::string_view type, std::string_view shape, std::string_view offsets) {
  return '"' + std::string(name) + R"(":{"dtype":")" + std::string(type) + R"(","shape":[)" + std::string(shape) +
         R"(],"data_offsets":[)" + std::string(offsets) + "]}";
}

std::string kind_of_header(std::string_view json, std::string_view data = "xy") {
  const Outcome outcome = read_everywhere(safetensors(), file_of(json, data));
  INFO(outcome.message);
  return kind_of(outcome);
}

const std::string plain = "{" + tensor("a", "U8", "2", "0,2") + "}";

TEST_CASE("files of the reference library are dicts of tensors") {
  const Outcome outcome = read_everywhere(safetensors(), golden("safetensors/model.safetensors"));
  REQUIRE(outcome.document);
  const Value root = outcome.root();
  REQUIRE(root.size() == 6);
  CHECK(root.key(0).as_str() == "__metadata__");
  CHECK(root.value(0).find("format")->as_str() == "pt");
  CHECK(root.find("layers.0.weight")->as_array().shape() == Shape{3, 4});
  CHECK(root.find("layers.0.weight")->as_array().at<float>({2, 3}) == 11);
  CHECK(root.find("scalar")->as_array().at<std::int64_t>({}) == 7);
  CHECK(root.find("empty")->as_array().shape() == Shape{0, 3});
  CHECK(root.find("Gr\u00f6\u00dfe \"quoted\"\n\\")->as_array().at<bool>({0}));
  CHECK(read_everywhere(safetensors(), golden("safetensors/empty.safetensors")).root().empty());
}

TEST_CASE("each type is a dtype, or the packed bytes of one that is none") {
  const Outcome outcome = read_memory(safetensors(), golden("safetensors/types.safetensors"));
  REQUIRE(outcome.document);
  for (std::size_t i = 0; i < outcome.root().size(); ++i) {
    const std::string_view name = outcome.root().key(i).as_str();
    const Value value = outcome.root().value(i);
    INFO(name);
    if (name == "float4_e2m1fn_x2") {
      CHECK(value.find("dtype")->as_str() == "float4_e2m1fn");
      CHECK(to_json(*value.find("shape")) == "[2, 6]");
      CHECK(value.find("packed")->as_array().shape() == Shape{6});
      continue;
    }
    CHECK(value.as_array().dtype().name() == name);
    CHECK(value.as_array().shape() == Shape{2, 3});
    CHECK(value.as_array().bytes()[1] == std::byte{1});
  }
  const Outcome narrow = read_everywhere(safetensors(), golden("safetensors/unaligned.safetensors"));
  CHECK(narrow.root().find("a")->find("dtype")->as_str() == "float6_e2m3fn");
  CHECK(narrow.root().find("b")->as_array().data<float>().size() == 1);  // aligned, whatever the file is
}

TEST_CASE("files of the reference library come back byte for byte") {
  for (const char* const name : {"model", "types", "empty"}) {
    INFO(name);
    const std::string bytes = golden("safetensors/" + std::string(name) + ".safetensors");
    CHECK(written(read_memory(safetensors(), bytes).root()) == bytes);
  }
}

TEST_CASE("tensors are mapped where they lie, also for changes") {
  const TemporaryDirectory directory;
  const Path path = directory / "x.safetensors";
  std::ofstream(path, std::ios::binary) << golden("safetensors/model.safetensors");
  const Reading changes{.file = path, .map_mode = MapMode::read_write, .native_byte_order = false};
  const Outcome outcome = read_object(safetensors(), *open_file(path), changes);
  Array weight = outcome.root().find("layers.0.weight")->as_array();
  CHECK(weight.mapped());
  weight.mutable_data<float>()[0] = 42;
  CHECK(read_object(safetensors(), *open_file(path)).root().find("layers.0.weight")->as_array().at<float>({0, 0}) ==
        42);

  std::ofstream(path, std::ios::binary) << golden("safetensors/unaligned.safetensors");
  const auto reader = open_file(path);
  const auto mapped_file = reader->map(MapMode::read);
  std::string lines;
  const Limits limits;
  Document document;
  safetensors().read({.reader = *reader,
                      .limits = limits,
                      .native_byte_order = false,
                      .mapped_file = &*mapped_file,
                      .warn = [&](std::string_view line) { lines.append(line); },
                      .map_mode = MapMode::read},
                     document);
  CHECK_THAT(lines, Catch::Contains("not aligned"));
}

TEST_CASE("arrays of other layouts and byte orders are written as the format has them") {
  Document document;
  const Value root = document.dict();
  Array array = Array::allocate(DType::of<std::int32_t>(), {2, 3});
  for (std::int32_t i = 0; i < 6; ++i) array.mutable_data<std::int32_t>()[static_cast<std::size_t>(i)] = i;
  document.insert(root, document.str("plain"), document.array(array));
  document.insert(root, document.str("fortran"), document.array(array.copy(Order::fortran)));
  document.insert(root, document.str("big"), document.array(array.byte_swapped()));
  document.insert(root, document.str("view"), document.array(array.transposed()));
  const Outcome outcome = read_memory(safetensors(), written(root));
  REQUIRE(outcome.document);
  for (const char* const name : {"plain", "fortran", "big"})
    CHECK(outcome.root().find(name)->as_array().identical(array));
  CHECK(outcome.root().find("view")->as_array().identical(array.transposed().copy()));
}

TEST_CASE("what is no tensor is not written") {
  Document document;
  const auto with = [&](std::string_view name, Value value) {
    const Value dict = document.dict();
    document.insert(dict, document.str(name), value);
    return dict;
  };
  const auto array = [&](const DType& dtype) { return document.array(Array::allocate(dtype, {3})); };
  const auto packed = [&](std::string_view dtype, Value shape, Value bytes) {
    const Value dict = document.dict();
    document.insert(dict, document.str("dtype"), document.str(dtype));
    document.insert(dict, document.str("shape"), shape);
    document.insert(dict, document.str("packed"), bytes);
    return with("x", dict);
  };
  const auto list = [&](std::int64_t number) {
    const Value members[] = {Value::integer(number)};
    return document.list(members);
  };
  CHECK_ERROR(written(Value::none()), unsupported);
  CHECK_ERROR(written(array(DType())), unsupported);
  CHECK_ERROR(written(with("x", Value::integer(1))), unsupported);
  CHECK_ERROR(written(with("x", document.dict())), unsupported);
  CHECK_ERROR(written(with("x", array(DType::parse("<U3")))), unsupported);
  CHECK_ERROR(written(with("x", array(DType::parse("<c16")))), unsupported);
  CHECK_ERROR(written(with("\xed\xa0\x80", array(DType()))), unsupported);
  CHECK_ERROR(written(with("__metadata__", with("a", Value::integer(1)))), unsupported);
  CHECK_ERROR(written(with("__metadata__", array(DType()))), unsupported);
  const Value bytes = array(DType::of<std::uint8_t>());
  CHECK_NOTHROW(written(packed("float4_e2m1fn", list(6), bytes)));
  CHECK_ERROR(written(packed("float4_e2m1fn", list(5), bytes)), malformed);
  CHECK_ERROR(written(packed("float4_e2m1fn", list(8), bytes)), unsupported);
  CHECK_ERROR(written(packed("float4_e2m1fn", list(-6), bytes)), unsupported);
  CHECK_ERROR(written(packed("float4_e2m1fn", Value::integer(6), bytes)), unsupported);
  CHECK_ERROR(written(packed("float4_e2m1fn", list(6), array(DType()))), unsupported);
  CHECK_ERROR(written(packed("uint8", list(3), bytes)), unsupported);
  CHECK(written(document.dict()) == golden("safetensors/empty.safetensors"));
  CHECK(written(with("__metadata__", document.dict())) == file_of(R"({"__metadata__":{}} )" + std::string(4, ' ')));
}

TEST_CASE("headers of wrong lengths are refused: S1") {
  CHECK(kind_of(read_everywhere(safetensors(), "")) == "truncated");
  CHECK(kind_of(read_everywhere(safetensors(), std::string(7, '\0'))) == "truncated");
  CHECK(kind_of(read_everywhere(safetensors(), std::string(8, '\0'))) == "malformed");
  for (const std::uint64_t length : {UINT64_MAX, UINT64_MAX - 7, std::uint64_t{1} << 63, std::uint64_t{100'000'001}}) {
    INFO(length);
    CHECK(kind_of(read_everywhere(safetensors(), little(length, 8) + plain + "xy")) == "malformed");
  }
  CHECK(kind_of(read_everywhere(safetensors(), little(100'000'000, 8) + plain + "xy")) == "truncated");
  CHECK(kind_of(read_everywhere(safetensors(), file_of(plain, "xy", 3))) == "truncated");
  CHECK(kind_of(read_everywhere(safetensors(), file_of(plain, "xy", 2))) == "malformed");
  CHECK(kind_of_header(plain) == "a value");
  CHECK(kind_of_header(plain + "     \n") == "a value");
}

TEST_CASE("headers that are no JSON, or say things twice, are refused: S1") {
  for (const std::string& json : {std::string(),
                                  std::string("[]"),
                                  " " + plain,
                                  "\xef\xbb\xbf" + plain,
                                  plain + "x",
                                  plain + raw("\0"),
                                  plain + plain,
                                  plain.substr(0, plain.size() - 1),
                                  "{" + tensor("a", "U8", "NaN", "0,2") + "}",
                                  "{" + tensor("a", "U8", "2", "0,2") + "," + tensor("a", "U8", "2", "0,2") + "}",
                                  "{" + tensor("a", "U8", "2", "0,2") + "," + tensor("\\u0061", "U8", "2", "0,2") + "}",
                                  std::string(R"({"a":{"dtype":"U8","dtype":"U8","shape":[2],"data_offsets":[0,2]}})"),
                                  R"({"__metadata__":{"a":"1","a":"2"},)" + plain.substr(1),
                                  R"({"__metadata__":{"a":1},)" + plain.substr(1),
                                  R"({"__metadata__":["a"],)" + plain.substr(1),
                                  R"({"__metadata__":{},"__metadata__":{},)" + plain.substr(1),
                                  "{" + tensor("\\ud800", "U8", "2", "0,2") + "}",
                                  "{" + tensor("\xff", "U8", "2", "0,2") + "}",
                                  R"({"a":)" + std::string(100'000, '['),
                                  R"({"a":)" + repeated("[", 200) + repeated("]", 200) + "}"}) {
    INFO(json.substr(0, 200));
    CHECK(kind_of_header(json) == "malformed");
  }
  CHECK(kind_of_header(R"({"__metadata__":null,)" + plain.substr(1)) == "a value");
}

TEST_CASE("tensors must tile the data: S2") {
  const std::map<std::string, std::string> wrong = {
      {tensor("a", "U8", "2", "2,0"), "malformed"},
      {tensor("a", "U8", "1", "0,1"), "malformed"},
      {tensor("a", "U8", "1", "1,2"), "malformed"},
      {tensor("a", "U8", "3", "0,3"), "truncated"},
      {tensor("a", "U8", "2", "0,2") + "," + tensor("b", "U8", "2", "0,2"), "malformed"},
      {tensor("a", "U8", "1", "0,1") + "," + tensor("b", "U8", "2", "0,2"), "malformed"},
      {tensor("a", "U8", "2", "0,2") + "," + tensor("b", "F32", "0", "1,1"), "malformed"},
      {tensor("a", "F4", "3", "0,2"), "malformed"},
      {tensor("a", "F6_E2M3", "2", "0,2"), "malformed"},
      {tensor("a", "F7", "2", "0,2"), "unsupported"},
      {tensor("a", "u8", "2", "0,2"), "unsupported"},
      {tensor("a", "", "2", "0,2"), "unsupported"},
      {tensor("a", "U8", "2.0", "0,2"), "malformed"},
      {tensor("a", "U8", "-2", "0,2"), "malformed"},
      {tensor("a", "U8", "true", "0,2"), "malformed"},
      {tensor("a", "U8", "\"2\"", "0,2"), "malformed"},
      {tensor("a", "U8", "18446744073709551617", "0,2"), "malformed"},
      {tensor("a", "U8", "2", "0"), "malformed"},
      {tensor("a", "U8", "2", "0,2,2"), "malformed"},
      {tensor("a", "U8", "2", "-1,1"), "malformed"},
      {tensor("a", "U8", "2", "0,1e0"), "malformed"},
      {tensor("a", "U16", "2", "0,2"), "malformed"},
      {R"("a":["U8",[2],[0,2]])", "malformed"},
      {R"("a":{"dtype":"U8","shape":[2]})", "malformed"},
      {R"("a":{"dtype":"U8","shape":2,"data_offsets":[0,2]})", "malformed"},
      {R"("a":{"dtype":1,"shape":[2],"data_offsets":[0,2]})", "malformed"},
      {R"("a":null)", "malformed"},
      {"", "malformed"},
  };
  for (const auto& [tensors, kind] : wrong) {
    INFO(tensors);
    CHECK(kind_of_header("{" + tensors + "}") == kind);
  }
  CHECK(kind_of_header("{" + tensor("e", "F32", "0", "2,2") + "," + tensor("a", "U8", "2", "0,2") + "}") == "a value");
  CHECK(kind_of_header("{" + tensor("b", "U8", "", "1,2") + "," + tensor("a", "U8", "1", "0,1") + "}") == "a value");
  CHECK(kind_of_header(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2],"more":[[1]]}})") == "a value");
}

TEST_CASE("shapes beyond all bounds are refused: S3") {
  const std::string wraps = tensor("a", "F32", "4194305,4194305,211106198978564", "0,16");
  CHECK(kind_of_header("{" + wraps + "}", std::string(16, 'x')) == "malformed");
  CHECK(kind_of_header("{" + tensor("a", "U8", "9223372036854775807,2,0", "0,0") + "}", "") == "malformed");
  CHECK(kind_of_header("{" + tensor("a", "U8", "0,9223372036854775807,2", "0,0") + "}", "") == "limit");
  CHECK(kind_of_header("{" + tensor("a", "U8", repeated("1,", 70) + "2", "0,2") + "}") == "limit");
}

TEST_CASE("a million tensors are read in memory that the limits count") {
  std::string json = "{";
  for (int i = 0; i < 20'000; ++i) json += (i == 0 ? "" : ",") + tensor(std::to_string(i), "U8", "0", "0,0");
  const std::string bytes = file_of(json + "}");
  CHECK(read_memory(safetensors(), bytes).root().size() == 20'000);
  CHECK(kind_of(read_memory(safetensors(), bytes, {.bytes = bytes.size() + 1'000'000})) == "limit");
}

TEST_CASE("only the tensors that are asked for become values") {
  const std::vector<std::string> wanted = {"scalar", "absent"};
  const auto read_only = [&](const Format& format, const Path& path) {
    const auto reader = open_file(path);
    const Limits limits;
    Document document;
    format.read({.reader = *reader,
                 .limits = limits,
                 .native_byte_order = true,
                 .mapped_file = nullptr,
                 .warn = {},
                 .open_sibling = [&](std::string_view name) { return open_file(path.parent_path() / name); },
                 .name = "model.safetensors.index.json",
                 .only = wanted},
                document);
    return to_json(document.root());
  };
  const std::string scalar = R"({"scalar": {"$array": {"dtype": "int64", "shape": [], "data": [7]}}})";
  CHECK(read_only(safetensors(), golden_path("safetensors/model.safetensors")) == scalar);
  CHECK(read_only(sharded(), golden_path("safetensors-index/model.safetensors.index.json")) == scalar);
}

// Files in a directory, of which one can be read as an index.
class Shards {
 public:
  Outcome read(const std::string& name, MapMode mode = MapMode::none) const {
    return read_object(sharded(), *open_file(directory_ / name), {.file = directory_ / name, .map_mode = mode});
  }
  void put(const std::string& name, std::string_view bytes) const {
    std::ofstream(directory_ / name, std::ios::binary) << bytes;
  }
  std::string kind_of_index(std::string_view json) const {
    put("x.safetensors.index.json", json);
    const Outcome outcome = read("x.safetensors.index.json");
    INFO(outcome.message);
    return kind_of(outcome);
  }
  // The names of the files that were written beside.
  std::vector<std::string> write(Value value, const std::string& name, std::uint64_t largest) const {
    std::vector<std::string> names;
    std::vector<std::unique_ptr<Writer>> writers;
    const auto writer = create_file(directory_ / name);
    const WriteOptions options{.name = name, .create_sibling = [&](std::string_view sibling) -> Writer& {
                                 names.emplace_back(sibling);
                                 writers.push_back(create_file(directory_ / names.back()));
                                 return *writers.back();
                               }};
    internal::write_safetensors_shards(internal::tensors_of(value), *writer, options, largest);
    for (const auto& sibling : writers) sibling->finish();
    writer->finish();
    return names;
  }
  std::string content(const std::string& name) const {
    return std::string(as_text(map_file(directory_ / name, MapMode::read).bytes()));
  }

 private:
  TemporaryDirectory directory_;
};

TEST_CASE("shards are one dict, in the order of their index, and come back byte for byte") {
  const Shards shards;
  for (const char* const name :
       {"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"})
    shards.put(name, golden("safetensors-index/" + std::string(name)));
  for (const MapMode mode : {MapMode::none, MapMode::read}) {
    const Outcome outcome = shards.read("model.safetensors.index.json", mode);
    INFO(outcome.message);
    REQUIRE(outcome.document);
    const Value root = outcome.root();
    REQUIRE(root.size() == 4);
    CHECK(root.key(0).as_str() == "__metadata__");
    CHECK(root.key(1).as_str() == "layers.0.bias");
    CHECK(root.find("layers.0.weight")->as_array().at<float>({2, 3}) == 11);
    CHECK(root.find("scalar")->as_array().mapped() == (mode == MapMode::read));
  }
  // As transformers goes through them: in the order of the model.
  Document document;
  const Outcome outcome = shards.read("model.safetensors.index.json");
  const Value ordered = document.dict();
  for (const char* const name : {"__metadata__", "layers.0.weight", "scalar", "layers.0.bias"})
    document.insert(ordered, document.str(name), document.copy(*outcome.root().find(name)));
  const Shards written_again;
  CHECK(written_again.write(ordered, "model.safetensors.index.json", 48).size() == 2);
  for (const char* const name :
       {"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"})
    CHECK(written_again.content(name) == golden("safetensors-index/" + std::string(name)));
}

TEST_CASE("tensors are spread over as few files as the size of one allows") {
  Document document;
  const Value root = document.dict();
  for (int i = 0; i < 5; ++i)
    document.insert(root, document.str("$" + std::to_string(i)),
                    document.array(Array::allocate(DType::of<std::uint8_t>(), {i == 1 ? 100U : 10U})));
  const Shards shards;
  CHECK(shards.write(root, "m.safetensors.index.json", 20) ==
        std::vector<std::string>{"m-00001-of-00004.safetensors", "m-00002-of-00004.safetensors",
                                 "m-00003-of-00004.safetensors", "m-00004-of-00004.safetensors"});
  CHECK(equal(shards.read("m.safetensors.index.json").root(), root));
  CHECK(shards.write(root, "n.safetensors.index.json", 1000) ==
        std::vector<std::string>{"n-00001-of-00001.safetensors"});
  CHECK(equal(shards.read("n.safetensors.index.json").root(), root));
  CHECK(shards.write(document.dict(), "o.safetensors.index.json", 1000).size() == 1);
  CHECK(shards.read("o.safetensors.index.json").root().empty());
  CHECK_ERROR(shards.write(root, "m.json", 20), unsupported);
  MemoryWriter writer;
  CHECK_ERROR(sharded().write(root, writer, {.name = "m.safetensors.index.json"}), unsupported);
}

TEST_CASE("an index that does not say where tensors are is refused") {
  const Shards shards;
  shards.put("a.safetensors", file_of(plain, "xy"));
  CHECK(shards.kind_of_index(R"({"weight_map": {"a": "a.safetensors"}})") == "a value");
  CHECK(shards.kind_of_index(R"({"weight_map": {}, "metadata": [1]})") == "a value");
  CHECK(shards.kind_of_index(R"({"weight_map": {"b": "a.safetensors"}})") == "malformed");
  CHECK(shards.kind_of_index(R"({"weight_map": {"a": "a.safetensors", "a": "a.safetensors"}})") == "malformed");
  CHECK(shards.kind_of_index(R"({"weight_map": {"a": 1}})") == "malformed");
  CHECK(shards.kind_of_index(R"({"weight_map": ["a.safetensors"]})") == "malformed");
  CHECK(shards.kind_of_index("{}") == "malformed");
  CHECK(shards.kind_of_index("[]") == "malformed");
  CHECK(shards.kind_of_index(R"({"weight_map": {"a": "absent.safetensors"}})") == "not_found");
  for (const char* const name : {"../a.safetensors", "/etc/passwd", "", ".", "x.safetensors.index.json"}) {
    INFO(name);
    CHECK(shards.kind_of_index(R"({"weight_map": {"a": ")" + std::string(name) + "\"}}") == "unsafe_reference");
  }
  CHECK(kind_of(read_memory(sharded(), R"({"weight_map": {"a": "a.safetensors"}})")) == "unsupported");
  shards.put("b.safetensors", "no safetensors");
  CHECK(shards.kind_of_index(R"({"weight_map": {"a": "b.safetensors"}})") == "malformed");
}

TEST_CASE("what shards say differently in their metadata is told") {
  const Shards shards;
  shards.put("a.safetensors", file_of(R"({"__metadata__":{"k":"1","l":"2"},)" + plain.substr(1), "xy"));
  shards.put("b.safetensors",
             file_of(R"({"__metadata__":{"k":"2","m":"3"},)" + tensor("b", "U8", "1", "0,1") + "}", "z"));
  shards.put("x.safetensors.index.json", R"({"weight_map": {"a": "a.safetensors", "b": "b.safetensors"}})");
  const Outcome outcome = shards.read("x.safetensors.index.json");
  REQUIRE(outcome.document);
  CHECK(to_json(*outcome.root().find("__metadata__")) == R"({"k": "1", "l": "2", "m": "3"})");
}

}  // namespace
}  // namespace larder::testing
