// HDF5 files that h5py wrote: tests/formats/make/h5.py.
#include <catch2/catch.hpp>

#include <array>
#include <complex>
#include <functional>

#include "tests/support/errors.h"
#include "transports.h"

namespace larder::testing {
namespace {

const Format& h5() { return *find_format("h5"); }

const std::vector<std::string>& files() {
  static const std::vector<std::string> names = {"h5/plain.h5",  "h5/values.h5", "h5/chunks.h5",
                                                 "h5/latest.h5", "h5/links.h5",  "h5/members.h5"};
  return names;
}

TEST_CASE("HDF5 files give the same from every source, and are recognised") {
  for (const std::string& name : files()) {
    INFO(name);
    const std::string bytes = golden(name);
    CHECK(h5().recognises(as_bytes(bytes).first(4096)));
    const Outcome outcome = read_everywhere(h5(), bytes);
    REQUIRE(outcome.document);
    CHECK(outcome.position == bytes.size());
  }
}

TEST_CASE("HDF5 values are what h5py put there") {
  const Outcome outcome = read_memory(h5(), golden("h5/values.h5"));
  REQUIRE(outcome.document);
  const auto at = [&](std::string_view path) { return find_path(outcome.root(), path).value(); };
  CHECK(at("[\"@attributes\"][\".\"].names[1]").as_str() == "Größe");
  CHECK(at("[\"@attributes\"][\".\"].nothing").is_none());
  CHECK(as_text(at("[\"@attributes\"][\".\"].fixed").as_bytes()) == "yeast");
  CHECK(at("[\"@attributes\"][\".\"].numbers").as_array().at<std::int16_t>({1}) == 2);
  CHECK(at("group.bool").as_array().dtype() == DType::of<bool>());
  CHECK(at("group.complex").as_array().at<std::complex<double>>({0}) == std::complex<double>(1, 2));
  CHECK(at("group.again").same_as(at("group.complex")));
  CHECK(at("group.soft").same_as(at("group.bool")));
  CHECK(at("group.texts[1][1]").as_str() == "d");
  CHECK(at("group.letters").as_array().dtype().name() == "S2");
  CHECK(at("group.record").as_array().dtype().fields().at(1).dtype.shape() == std::vector<std::uint64_t>{2});
  CHECK(at("group.bfloat16").as_array().dtype().kind() == DTypeKind::bfloat16);
}

TEST_CASE("HDF5 objects with several names are one value, with its attributes under each of them") {
  const Outcome outcome = read_memory(h5(), golden("h5/links.h5"));
  REQUIRE(outcome.document);
  const auto check = [](const Outcome& read) {
    const Value root = read.root();
    const Value kernel = *root.find("layer")->find("kernel");
    CHECK(kernel.as_array().dtype().kind() == DTypeKind::bfloat16);
    CHECK(root.find("same_layer")->same_as(*root.find("layer")));
    CHECK(root.find("layer")->find("@attributes")->find(".")->find("name")->as_str() == "dense");
    const Value attributes = *root.find("@attributes");
    for (const char* const name : {"same_kernel", "a_soft_link", "to_another", "through_the_other_name"}) {
      INFO(name);
      CHECK(root.find(name)->same_as(kernel));
      CHECK(attributes.find(name)->same_as(*root.find("layer")->find("@attributes")->find("kernel")));
      CHECK(attributes.find(name)->size() == 1);
    }
    CHECK(attributes.find("to_nothing")->find("unit")->as_str() == "g");
    for (const char* const name : {"nowhere", "to_nowhere", "round", "and_round"}) CHECK(root.find(name)->is_none());
  };
  check(outcome);
  check(read_memory(h5(), written(h5(), outcome.root())));
}

TEST_CASE("the user is told of HDF5 soft links that lead nowhere, and of no others") {
  const std::string bytes = golden("h5/links.h5");
  const auto reader = memory_reader(as_bytes(bytes));
  const Limits limits;
  std::vector<std::string> lines;
  Document document;
  h5().read({.reader = *reader,
             .limits = limits,
             .native_byte_order = true,
             .mapped_file = nullptr,
             .warn = [&](std::string_view line) { lines.emplace_back(line); }},
            document);
  REQUIRE(lines.size() == 4);
  CHECK(lines.front().find("leads nowhere: '/round'") != std::string::npos);
}

TEST_CASE("chunks of HDF5 are put together, and those that are missing are filled") {
  const Outcome outcome = read_memory(h5(), golden("h5/chunks.h5"));
  REQUIRE(outcome.document);
  for (const char* const name : {"filtered", "plain"}) {
    const Array& numbers = outcome.root().find(name)->as_array();
    REQUIRE(numbers.shape() == Shape{7, 10});
    for (std::size_t i = 0; i < 70; ++i) CHECK(numbers.data<std::int32_t>()[i] == static_cast<std::int32_t>(i));
  }
  const Array& filled = outcome.root().find("filled")->as_array();
  CHECK(filled.at<double>({0, 0}) == 1);
  CHECK(filled.at<double>({4, 2}) == 2.5);
}

TEST_CASE("what HDF5 files held is written so that it is read equal, each time the same bytes") {
  for (const std::string& name : files()) {
    INFO(name);
    const Outcome outcome = read_memory(h5(), golden(name));
    REQUIRE(outcome.document);
    const std::string bytes = written(h5(), outcome.root());
    const Outcome again = read_everywhere(h5(), bytes);
    REQUIRE(again.document);
    CHECK(equal(outcome.root(), again.root()));
    CHECK(written(h5(), again.root()) == bytes);
  }
}

TEST_CASE("an HDF5 file that is cut anywhere is truncated") {
  for (const std::string& name : files()) {
    const std::string bytes = golden(name);
    // The last bytes of some are no data but space that libhdf5 keeps.
    for (std::size_t size = 0; size < bytes.size(); size += size < 1200 ? 1 : 97) {
      if (name == "h5/members.h5" && size >= 8 && size < 520) continue;  // the signature stands at 512
      const Outcome outcome = read_memory(h5(), std::string_view(bytes).substr(0, size));
      INFO(name << ": " << size << " of " << bytes.size() << " bytes: " << outcome.message);
      REQUIRE(kind_of(outcome) == "truncated");
    }
  }
}

TEST_CASE("a flipped bit of an HDF5 file gives an error or a value, the same from every source") {
  Limits limits;
  limits.bytes = 1 << 20;
  for (const std::string& name : files()) {
    const std::string bytes = golden(name);
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      if (bytes[at] == '\0' && at % 8 != 0) continue;  // most of such a file is space
      INFO(name << ": byte " << at);
      std::string damaged = bytes;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
      const Outcome outcome = read_memory(h5(), damaged, limits);
      if (outcome.document) CHECK(equal(outcome.root(), outcome.root()));
      if (at % 509 == 0) read_everywhere(h5(), damaged, limits);
    }
  }
}

TEST_CASE("plain HDF5 datasets are mapped, also those that larder wrote") {
  const Outcome outcome = read_memory(h5(), golden("h5/plain.h5"));
  for (const std::string& bytes : {golden("h5/plain.h5"), written(h5(), outcome.root())}) {
    const Outcome mapped = read_mapped(h5(), bytes, {.map_mode = MapMode::copy_on_write});
    REQUIRE(mapped.document);
    CHECK(equal(mapped.root(), outcome.root()));
    const Array kernel = mapped.root().find("kernel")->as_array();
    CHECK(kernel.mapped());
    CHECK(kernel.writable());
  }
}

TEST_CASE("only the members of an HDF5 file that are named are read") {
  const Outcome outcome = read_memory(h5(), golden("h5/values.h5"), {.only = {"group/bool"}});
  REQUIRE(outcome.document);
  const Value group = *outcome.root().find("group");
  CHECK(group.size() == 1);
  CHECK(group.find("bool")->as_array().size() == 2);
}

TEST_CASE("a soft link that is named is read with what it leads to") {
  const Outcome outcome = read_memory(h5(), golden("h5/links.h5"), {.only = {"a_soft_link"}});
  REQUIRE(outcome.document);
  CHECK(outcome.root().find("a_soft_link")->as_array().dtype().kind() == DTypeKind::bfloat16);
  CHECK_FALSE(outcome.root().find("same_layer"));
  CHECK(read_memory(h5(), golden("h5/links.h5"), {.only = {"round"}}).root().find("round")->is_none());
}

TEST_CASE("what HDF5 cannot hold is refused, before anything is written") {
  const auto refused = [](const std::function<Value(Document&)>& make) {
    Document document;
    const Value dict = document.dict();
    document.insert(dict, document.str("x"), make(document));
    MemoryWriter writer;
    CHECK_ERROR(h5().write(dict, writer, {}), unsupported);
    CHECK(writer.bytes().empty());
  };
  refused([](Document& document) { return document.set(); });
  refused([](Document& document) { return document.global("os", "system"); });
  refused([](Document& document) { return document.array(Array::allocate(DType::parse("<U2"), {2})); });
  refused([](Document& document) { return document.array(Array::allocate(DType::parse("<M8[s]"), {2})); });
  refused([](Document& document) { return document.list(std::vector<Value>{Value::integer(1)}); });
  refused([](Document& document) { return document.list(std::vector<Value>{document.str("a"), document.list()}); });
  refused([](Document& document) {
    const Value cycle = document.dict();
    document.insert(cycle, document.str("cycle"), cycle);
    return cycle;
  });
  refused([](Document& document) {
    const Value numbered = document.dict();
    document.insert(numbered, Value::integer(1), Value::integer(2));
    return numbered;
  });
  MemoryWriter writer;
  CHECK_ERROR(h5().write(Value::integer(1), writer, {}), unsupported);
}

TEST_CASE("names with slashes become groups of HDF5") {
  Document document;
  const Value dict = document.dict();
  const Value weight = document.array(Array::copy_of(std::span<const float>(std::array{1.5F}), {1}));
  for (const char* const name : {"layers/dense/vars/0", "layers/dense/vars/1", "layers/other"})
    document.insert(dict, document.str(name), weight);
  const Outcome outcome = read_memory(h5(), written(h5(), dict));
  REQUIRE(outcome.document);
  CHECK(find_path(outcome.root(), "layers.dense.vars[\"1\"]")
            .value()
            .same_as(find_path(outcome.root(), "layers.other").value()));
  document.insert(dict, document.str("layers"), weight);
  CHECK_ERROR(written(h5(), dict), unsupported);
}

}  // namespace
}  // namespace larder::testing
