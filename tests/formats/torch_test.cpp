// Files that PyTorch wrote, and what is refused in others: row P14 of the attack checklist.
#include <catch2/catch.hpp>

#include "document/records.h"
#include "tests/support/errors.h"
#include "torch_files.h"
#include "transports.h"

namespace larder::testing {
namespace {

using internal::Access;

Value at(Value root, std::string_view path) {
  INFO(path);
  const auto found = find_path(root, path);
  REQUIRE(found);
  return *found;
}

template <class T>
std::vector<T> elements(Value value) {
  const Array copy = value.as_array().copy();
  const auto span = copy.data<T>();
  return {span.begin(), span.end()};
}

Outcome read_golden(const std::string& name) {
  const std::string format = name.substr(0, name.find('/'));
  Outcome outcome = read_everywhere(*find_format(format), golden(name));
  INFO(name << ": " << outcome.message);
  REQUIRE(outcome.document);
  return outcome;
}

// What `values` of make/pytorch.py holds.
void check_values(Value root) {
  CHECK(at(root, "epoch").as_int() == 7);
  const Array& weight = at(root, "model.weight").as_array();
  CHECK(elements<float>(at(root, "model.weight")) == std::vector<float>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
  CHECK(weight.shape() == Shape{3, 4});
  CHECK(elements<float>(at(root, "model.transposed")) == std::vector<float>{0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11});
  CHECK(elements<float>(at(root, "model.row")) == std::vector<float>{4, 5, 6, 7});
  CHECK(elements<float>(at(root, "model.column")) == std::vector<float>{2, 6, 10});
  CHECK(at(root, "model.column").as_array().strides() == Strides{16});
  for (const char* const view : {"model.transposed", "model.row", "model.column"})
    CHECK(at(root, view).as_array().region().data() == weight.region().data());
  CHECK(elements<double>(at(root, "model.bias")) == std::vector<double>{0.5, -1.5});
  CHECK(elements<std::int64_t>(at(root, "expanded")) == std::vector<std::int64_t>(10, 3));
  CHECK(at(root, "expanded").as_array().strides() == Strides{0, 0});
  CHECK(at(root, "scalar").as_array().shape().empty());
  CHECK(elements<float>(at(root, "scalar")) == std::vector<float>{2.5});
  CHECK(at(root, "empty").as_array().shape() == Shape{0, 3});
  CHECK(at(root, "parameter").is(ValueKind::object));
  CHECK(elements<float>(at(root, "parameter").arguments()[0]) == std::vector<float>(4, 1));
  CHECK(elements<float>(at(root, "requires_grad")) == std::vector<float>(3, 0));
  static constexpr const char* kinds[] = {"int8", "int16", "int32", "float16", "bfloat16", "complex64", "complex128"};
  for (std::size_t i = 0; i < 7; ++i) CHECK(at(root, "kinds")[i].as_array().dtype().name() == kinds[i]);
  CHECK(elements<std::int16_t>(at(root, "kinds")[1]) == std::vector<std::int16_t>{1, -2, 3});
  CHECK(elements<std::uint8_t>(at(root, "small")[0]) == std::vector<std::uint8_t>{1, 255});
  CHECK(at(root, "small")[1].as_array().dtype() == DType::of<bool>());
  CHECK(elements<std::int32_t>(at(root, "numpy")) == std::vector<std::int32_t>{0, 1, 2});
}

TEST_CASE("archives of torch hold what was saved") {
  check_values(read_golden("torch/values_1.13.pt").root());
  check_values(read_golden("torch/values_2.15.pt").root());
  const Outcome module_file = read_golden("torch/module_1.13.pt");
  CHECK(at(module_file.root(), "_modules").entries().is(ValueKind::dict));
}

TEST_CASE("tensors of every dtype of torch are arrays, or objects with the bytes of their storage") {
  const Outcome outcome = read_golden("torch/dtypes_2.15.pt");
  const Value root = outcome.root();
  using Bytes1 = std::vector<std::uint8_t>;
  const auto bytes = [&](const char* name) {
    const Array& array = at(root, name).as_array();
    CHECK(array.dtype().name() == name);
    const auto view = std::as_bytes(array.bytes());
    return Bytes1(reinterpret_cast<const std::uint8_t*>(view.data()),
                  reinterpret_cast<const std::uint8_t*>(view.data()) + view.size());
  };
  CHECK(bytes("float8_e4m3fn") == Bytes1{0x38, 0xb0, 0x40});
  CHECK(bytes("float8_e5m2") == Bytes1{0x3c, 0xb8, 0x40});
  CHECK(bytes("float8_e4m3fnuz") == Bytes1{0x40, 0xb8, 0x48});
  CHECK(bytes("float8_e5m2fnuz") == Bytes1{0x40, 0xbc, 0x44});
  CHECK(elements<std::uint16_t>(at(root, "uint16")) == std::vector<std::uint16_t>{1, 2, 300});
  CHECK(elements<std::uint32_t>(at(root, "uint32")) == std::vector<std::uint32_t>{1, 2, 300});
  CHECK(elements<std::uint64_t>(at(root, "uint64")) == std::vector<std::uint64_t>{1, 2, 300});
  CHECK(elements<std::uint8_t>(at(root, "complex32").arguments()[0]) == Bytes1{0x00, 0x3c, 0x00, 0x40});
}

TEST_CASE("quantized and sparse tensors are objects made of arrays") {
  for (const char* const name : {"torch/quantized_1.13.pt", "torch/quantized_2.15.pt"}) {
    const Outcome outcome = read_golden(name);
    const Value stored = at(outcome.root(), "tensor").arguments()[0];
    CHECK(elements<std::uint8_t>(stored) == std::vector<std::uint8_t>{3, 5, 7, 1, 4, 11});
    CHECK(stored.as_array().shape() == Shape{2, 3});
    CHECK(at(outcome.root(), "wide").arguments()[0].as_array().dtype() == DType::of<std::int32_t>());
    const Value scales = at(outcome.root(), "channel").arguments()[4][1];
    CHECK(elements<double>(scales) == std::vector<double>{0.5, 0.25});
  }
  for (const char* const name : {"torch/sparse_1.13.pt", "torch/sparse_2.15.pt"}) {
    const Outcome outcome = read_golden(name);
    const Value coordinates = at(outcome.root(), "coo").arguments()[1];
    CHECK(elements<std::int64_t>(coordinates[0]) == std::vector<std::int64_t>{0, 1, 1, 1, 0, 2});
    CHECK(elements<float>(coordinates[1]) == std::vector<float>{2, 3, 4});
    const Value rows = at(outcome.root(), "csr").arguments()[1];
    CHECK(elements<std::int64_t>(rows[0]) == std::vector<std::int64_t>{0, 1, 3});
    CHECK(elements<std::int64_t>(rows[1]) == std::vector<std::int64_t>{1, 0, 2});
  }
}

TEST_CASE("archives of TorchScript hold the module's values and the program as text") {
  for (const char* const name : {"torchscript/module_1.13.pt", "torchscript/module_2.15.pt"}) {
    const Outcome outcome = read_golden(name);
    const Value module_value = at(outcome.root(), "data");
    CHECK(module_value.callable().qualified_name() == "Scripted");
    CHECK(elements<float>(at(module_value, "layer.weight")) == std::vector<float>{0, 1, 2, 3, 4, 5});
    CHECK(at(module_value, "scale").as_float() == 0.5);
    CHECK(at(outcome.root(), "constants").is(ValueKind::tuple));
    CHECK(at(outcome.root(), "files[\"code/__torch__.py\"]").as_str().find("def forward") != std::string_view::npos);
  }
}

TEST_CASE("legacy files of torch hold what was saved") {
  check_values(read_golden("torch-legacy/values_1.13.pt").root());
  check_values(read_golden("torch-legacy/values_2.15.pt").root());
  const Outcome module_file = read_golden("torch-legacy/module_1.13.pt");
  // The class came with its source text, which is data.
  CHECK(module_file.root().callable().qualified_name() == "Linear");
  CHECK(at(module_file.root(), "_parameters.weight").arguments()[0].as_array().shape() == Shape{2, 2});
}

TEST_CASE("tar archives of torch 0.1 hold what was saved") {
  const Outcome outcome = read_golden("torch-tar/values_0.1.pt");
  CHECK(elements<float>(at(outcome.root(), "weight")) == std::vector<float>{0, 1, 2, 3, 4, 5});
  CHECK(elements<std::int64_t>(at(outcome.root(), "ids")) == std::vector<std::int64_t>{7, 8});
  CHECK(elements<float>(at(outcome.root(), "view")) == std::vector<float>{2, 4, 3, 5});
}

std::string six_floats() { return legacy_storage(6, std::string(24, '\1')); }

std::string legacy_kind(const TensorFile& file) {
  const Outcome outcome =
      read_everywhere(*find_format("torch-legacy"), legacy_file(file.tensor(), file.key, six_floats()));
  INFO(outcome.message);
  return kind_of(outcome);
}

std::string kind(const std::string& bytes) {
  const Outcome outcome = read_everywhere(*find_format("torch"), bytes);
  INFO(outcome.message);
  return kind_of(outcome);
}

TEST_CASE("a record must be there, and be what its tensors say") {
  const std::string tensor = TensorFile{}.tensor();
  const std::string record(24, '\1');
  CHECK(kind(torch_file(tensor, {{"data/7", record}})) == "a value");
  CHECK(kind(torch_file(tensor, {{"data/7", record}, {"anything", ""}})) == "a value");
  CHECK(kind(torch_file(tensor, {{"data/8", record}})) == "malformed");
  CHECK(kind(torch_file(tensor, {{"data/7", std::string(23, '\1')}})) == "malformed");
  CHECK(kind(torch_file(tensor, {{"data/7", std::string(25, '\1')}})) == "malformed");
  CHECK(kind(torch_file(tensor + ".", {{"data/7", record}})) == "malformed");
  CHECK(kind(torch_file("", {{"data/7", record}})) == "malformed");
  CHECK(kind(torch_file(tensor, {{"data/7", record}}, "no folder ")) == "unsupported");
  CHECK(kind(torch_file(tensor, {{"data/7", record}, {"constants.pkl", pickle_of(")")}})) == "a value");  // TorchScript
  const TensorFile meta{.location = "meta"};
  CHECK(kind(torch_file(meta.tensor(), {})) == "a value");
  ZipFile deflated;
  deflated.parts = {zip_part("x/data.pkl", pickle_of(tensor), true), zip_part("x/data/7", record, true)};
  CHECK(kind(bytes_of(deflated)) == "a value");
  deflated.parts.push_back(zip_part("y/data.pkl", pickle_of(tensor)));
  CHECK(kind(bytes_of(deflated)) == "unsupported");
}

TEST_CASE("archives from big-endian machines") {
  const std::string record = raw("\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5\0\0\0\6");
  const TensorFile file{.storage_class = "torch\nIntStorage\n"};
  const TensorFile untyped{.call = "torch._utils\n_rebuild_tensor_v3\n",
                           .storage_class = "torch.storage\nUntypedStorage\n",
                           .count = 24,
                           .rest = "\x89)ctorch\nuint32\n"};
  for (const TensorFile& tensor : {file, untyped}) {
    const auto with = [&](const std::string& order) {
      return read_everywhere(*find_format("torch"),
                             torch_file(tensor.tensor(), {{"data/7", record}, {"byteorder", order}}));
    };
    const Outcome big = with("big");
    INFO(big.message);
    REQUIRE(big.document);
    CHECK(big.root().as_array().dtype().is_native());
    CHECK(big.root().as_array().copy().bytes()[4] == std::byte{2});
    CHECK(with("little").root().as_array().copy().bytes()[4] == std::byte{0});
    CHECK(kind_of(with("middle")) == "malformed");
  }
}

TEST_CASE("the parts of sparse tensors must agree") {
  const auto sparse = [](const std::string& layout, std::int64_t ends, std::int64_t indices, std::int64_t values) {
    const TensorFile rows{
        .storage_class = "torch\nLongStorage\n", .key = "0", .count = 3, .shape = {3}, .strides = {1}};
    const TensorFile columns{
        .storage_class = "torch\nLongStorage\n", .key = "1", .count = indices, .shape = {indices}, .strides = {1}};
    const TensorFile numbers{.key = "2", .count = values, .shape = {values}, .strides = {1}};
    const std::string parts = "(" + rows.tensor() + columns.tensor() + numbers.tensor() + pickled({2, 3}) + "t";
    return torch_file("ctorch._utils\n_rebuild_sparse_tensor\n(ctorch.serialization\n_get_layout\n(" + pickled(layout) +
                          "tR" + parts + "tR",
                      {{"data/0", little(0, 8) + little(1, 8) + little(static_cast<std::uint64_t>(ends), 8)},
                       {"data/1", std::string(static_cast<std::size_t>(indices) * 8, '\0')},
                       {"data/2", std::string(static_cast<std::size_t>(values) * 4, '\0')}});
  };
  CHECK(kind(sparse("torch.sparse_csr", 4, 4, 4)) == "a value");
  CHECK(kind(sparse("torch.sparse_csr", 1'048'576, 1, 1)) == "malformed");
  CHECK(kind(sparse("torch.sparse_csr", -4, 4, 4)) == "malformed");
  CHECK(kind(sparse("torch.sparse_csr", 4, 4, 3)) == "malformed");
  CHECK(kind(sparse("torch.sparse_coo", 4, 4, 4)) == "malformed");
}

TEST_CASE("mapped tensors are those that are read") {
  for (const MapMode mode : {MapMode::read, MapMode::copy_on_write}) {
    const Outcome outcome = read_mapped(*find_format("torch"), golden("torch/values_2.15.pt"),
                                        {.map_mode = mode, .native_byte_order = false, .verify = true});
    REQUIRE(outcome.document);
    check_values(outcome.root());
    const Array weight = at(outcome.root(), "model.weight").as_array();
    CHECK(weight.mapped());
    CHECK(weight.writable() == (mode != MapMode::read));
    CHECK(reinterpret_cast<std::uintptr_t>(weight.origin()) % 64 == 0);
  }
}

TEST_CASE("only the entries that are asked for are read") {
  for (const char* const name : {"torch/values_2.15.pt", "torch-legacy/values_2.15.pt", "torch-tar/values_0.1.pt"}) {
    INFO(name);
    const std::string format = std::string(name).substr(0, std::string(name).find('/'));
    const bool is_tar = format == "torch-tar";
    const Outcome outcome =
        read_memory(*find_format(format), golden(name), {.only = {is_tar ? "ids" : "small", "missing"}});
    REQUIRE(outcome.document);
    REQUIRE(outcome.root().size() == 1);
    const Value found = outcome.root().value(0);
    CHECK((is_tar ? found : found[0]).as_array().size() == 2);
  }
}

TEST_CASE("a tensor must lie inside its storage") {
  CHECK(legacy_kind({}) == "a value");
  CHECK(legacy_kind({.shape = {3, 2}, .strides = {1, 3}}) == "a value");
  CHECK(legacy_kind({.offset = 5, .shape = {}, .strides = {}}) == "a value");
  CHECK(legacy_kind({.offset = 6, .shape = {0}, .strides = {1}}) == "a value");
  CHECK(legacy_kind({.shape = {1000}, .strides = {0}}) == "a value");
  CHECK(legacy_kind({.offset = 1}) == "malformed");
  CHECK(legacy_kind({.offset = -1}) == "malformed");
  CHECK(legacy_kind({.offset = INT64_MAX}) == "malformed");
  CHECK(legacy_kind({.shape = {2, 4}}) == "malformed");
  CHECK(legacy_kind({.shape = {-1, 3}}) == "malformed");
  CHECK(legacy_kind({.shape = {INT64_MAX, 3}}) == "limit");
  CHECK(legacy_kind({.shape = {INT64_MAX / 4}, .strides = {0}}) == "limit");
  CHECK(legacy_kind({.strides = {-3, 1}}) == "malformed");
  CHECK(legacy_kind({.strides = {INT64_MAX, 1}}) == "malformed");
  CHECK(legacy_kind({.strides = {INT64_MAX / 4, 1}}) == "malformed");
  CHECK(legacy_kind({.strides = {1}}) == "malformed");
  CHECK(legacy_kind({.shape = std::vector<std::int64_t>(65, 1), .strides = std::vector<std::int64_t>(65, 1)}) ==
        "limit");
}

TEST_CASE("a storage must be what its tensors say") {
  CHECK(legacy_kind({.count = 5}) == "malformed");
  CHECK(legacy_kind({.count = 7}) == "malformed");
  CHECK(legacy_kind({.count = -6}) == "malformed");
  CHECK(legacy_kind({.count = INT64_MAX}) == "limit");
  CHECK(legacy_kind({.storage_class = "torch\nDoubleStorage\n"}) == "truncated");
  CHECK(legacy_kind({.storage_class = "torch\nCharStorage\n"}) == "a value");
  CHECK(legacy_kind({.view = pickled({1, 2, 3}), .shape = {3}, .strides = {1}}) == "a value");
  CHECK(legacy_kind({.view = pickled({1, 2, 3}), .shape = {4}, .strides = {1}}) == "malformed");
  CHECK(legacy_kind({.view = pickled({1, 4, 3}), .shape = {1}, .strides = {1}}) == "malformed");
  CHECK(legacy_kind({.view = pickled({1, -1, 3}), .shape = {1}, .strides = {1}}) == "malformed");
  CHECK(legacy_kind({.view = pickled({1, 2})}) == "malformed");
  const TensorFile file;
  const auto with = [&](const std::string& opcodes, const std::string& key, const std::string& storages) {
    return kind_of(read_everywhere(*find_format("torch-legacy"), legacy_file(opcodes, key, storages)));
  };
  CHECK(with(file.tensor(), "8", six_floats()) == "malformed");
  CHECK(with(file.tensor(), "7", legacy_storage(6, "short")) == "truncated");
  CHECK(with("]" + file.tensor() + "a" + TensorFile{.count = 5}.tensor() + "a", "7", six_floats()) == "malformed");
  const std::string none = pickle_of("]");
  const std::string bytes = legacy_file(file.tensor(), "7", six_floats());
  const std::string without = bytes.substr(0, bytes.find(pickle_of("]" + pickled("7") + "a"))) + none;
  CHECK(kind_of(read_everywhere(*find_format("torch-legacy"), without)) == "malformed");
}

TEST_CASE("calls that torch does not have are refused or stay objects") {
  CHECK(legacy_kind({.call = "torch._utils\n_rebuild_tensor\n", .rest = ""}) == "a value");
  CHECK(legacy_kind({.rest = ""}) == "malformed");
  CHECK(legacy_kind({.rest = "\x89)))))"}) == "malformed");
  const auto stays = [](const TensorFile& file) {
    const Outcome outcome =
        read_everywhere(*find_format("torch-legacy"), legacy_file(file.tensor(), file.key, six_floats()));
    INFO(outcome.message);
    REQUIRE(outcome.document);
    REQUIRE(outcome.root().is(ValueKind::object));
    CHECK(outcome.root().arguments()[0].as_array().shape() == Shape{6});
  };
  stays({.call = "torch._utils\n_rebuild_wrapper\n"});
  stays({.call = "os\n_rebuild_tensor_v2\n"});
  // The conjugate is not what is stored.
  stays({.storage_class = "torch\nCharStorage\n", .rest = "\x89)}" + pickled("conj") + "\x88s"});
  stays({.storage_class = "torch\nQUInt4x2Storage\n"});
}

TEST_CASE("limits hold for the tensors of a file, all together") {
  const std::string bytes = legacy_file(TensorFile{}.tensor(), "7", six_floats());
  Limits limits;
  limits.bytes = 23;
  CHECK(kind_of(read_memory(*find_format("torch-legacy"), bytes, limits)) == "limit");
  // Few bytes that a tensor repeats.
  const std::string repeated_file =
      legacy_file(TensorFile{.shape = {100'000}, .strides = {0}}.tensor(), "7", six_floats());
  limits.bytes = 300'000;
  CHECK(kind_of(read_memory(*find_format("torch-legacy"), repeated_file, limits)) == "limit");
  limits.bytes = 500'000;
  CHECK(kind_of(read_memory(*find_format("torch-legacy"), repeated_file, limits)) == "a value");
}

TEST_CASE("cut and damaged files of torch are errors or values, the same from every source") {
  for (const char* const name :
       {"torch/values_2.15.pt", "torch/sparse_1.13.pt", "torchscript/module_1.13.pt", "torch-legacy/values_2.15.pt",
        "torch-legacy/module_1.13.pt", "torch-tar/values_0.1.pt"}) {
    INFO(name);
    const std::string whole = golden(name);
    const Format& format = *find_format(std::string(name).substr(0, std::string(name).find('/')));
    Limits limits;
    limits.bytes = 1 << 20;
    const bool is_tar = format.info().name == "torch-tar";
    const bool is_zip = format.info().family == "zip";
    // Behind the end mark of a tar archive, a block of zeroes, nothing counts.
    const std::size_t end = is_tar ? whole.find_last_not_of('\0') / 512 * 512 + 1024 : whole.size();
    for (std::size_t size = 0; size < end; size += is_tar ? 13 : 1) {
      INFO(size << " of " << whole.size());
      const std::string_view cut = std::string_view(whole).substr(0, size);
      const Outcome outcome = read_memory(format, cut, limits);
      CHECK((kind_of(outcome) == "truncated" || (is_zip && outcome.error)));
      if (size % 122 == 0) read_everywhere(format, cut, limits);
    }
    for (std::size_t at = 0; at < end; at += 2) {
      INFO("byte " << at);
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << at / 2 % 8));
      const Outcome outcome = read_memory(format, damaged, limits);
      CHECK((outcome.document.has_value() != outcome.error.has_value()));
      if (outcome.document) CHECK(equal(outcome.root(), outcome.root()));
      if (at % 194 == 0) read_everywhere(format, damaged, limits);
    }
  }
}

TEST_CASE("tar archives that are none of torch's are refused") {
  const Format& format = *find_format("torch-tar");
  const std::string whole = golden("torch-tar/values_0.1.pt");
  std::string damaged = whole;
  damaged[0] = 'S';  // another name, and so another checksum
  CHECK(kind_of(read_everywhere(format, damaged)) == "malformed");
  const std::string empty(1024, '\0');
  CHECK(kind_of(read_everywhere(format, empty)) == "malformed");
  // The first member twice.
  const std::size_t second = whole.find("pickle");
  CHECK(kind_of(read_everywhere(format, whole.substr(0, second) + whole)) == "malformed");
}

}  // namespace
}  // namespace larder::testing
