// Checkpoints that TensorFlow 2.21 wrote: tests/formats/make/of_tensorflow.py.
#include <catch2/catch.hpp>

#include <complex>

#include "formats/tensorflow/crc32c.h"
#include "formats/tensorflow/slice_key.h"
#include "formats/tensorflow/snappy.h"
#include "tests/support/errors.h"
#include "transports.h"

namespace larder::testing {
namespace {

const Format& checkpoint() { return *find_format("tf-checkpoint"); }

Files files_of(const std::string& stem, int shards) {
  Files files;
  for (int number = 0; number < shards; ++number) {
    const std::string name = stem + ".data-0000" + std::to_string(number) + "-of-0000" + std::to_string(shards);
    files[name] = golden("tf-checkpoint/" + name);
  }
  return files;
}

Outcome read_index(const std::string& index, const std::string& name, const Files& files,
                   const std::vector<std::string>& only = {}) {
  Limits limits;
  limits.bytes = 16 << 20;
  return read_memory(checkpoint(), index, {.limits = limits, .only = only, .name = name, .beside = files});
}

Outcome read_golden(const std::string& stem, int shards) {
  return read_index(golden("tf-checkpoint/" + stem + ".index"), stem + ".index", files_of(stem, shards));
}

TEST_CASE("the variables of a SavedModel are arrays by name") {
  const Outcome outcome = read_golden("variables", 1);
  INFO(outcome.message);
  REQUIRE(outcome.document);
  const auto at = [&](const std::string& name) {
    return outcome.root().find(name + "/.ATTRIBUTES/VARIABLE_VALUE").value();
  };
  CHECK(at("kernel").as_array().at<float>({1, 2}) == 5);
  CHECK(at("small").as_array().dtype().kind() == DTypeKind::bfloat16);
  CHECK(at("count").as_array().at<std::int64_t>({}) == 7);
  CHECK(as_text(at("texts")[1].as_bytes()) == "salt");
  CHECK(at("flags").as_array().at<bool>({0}));
  CHECK(at("complex").as_array().at<std::complex<float>>({0}) == std::complex<float>(1, 2));
  CHECK(outcome.root().find("_CHECKPOINTABLE_OBJECT_GRAPH").value().is(ValueKind::bytes));
}

TEST_CASE("a checkpoint in two shards is one dict") {
  const Outcome outcome = read_golden("shards", 2);
  INFO(outcome.message);
  REQUIRE(outcome.document);
  CHECK(outcome.root().size() == 4);
  CHECK(outcome.root().find("numbers_1")->as_array().at<double>({4}) == 4);
  CHECK(outcome.root().find("texts_0").value()[1][1].size() == 2);
}

TEST_CASE("a variable in slices is whole") {
  const Outcome outcome = read_golden("slices", 1);
  INFO(outcome.message);
  REQUIRE(outcome.document);
  CHECK(outcome.root().size() == 121);
  const Array& sliced = outcome.root().find("sliced")->as_array();
  REQUIRE(sliced.shape() == Shape{10, 3});
  for (const float number : sliced.data<float>()) CHECK(number == 2.5F);
  CHECK(outcome.root().find("layer_117/kernel")->as_array().at<float>({3}) == 117);
}

TEST_CASE("only the variables that are named are read") {
  const std::string index = golden("tf-checkpoint/variables.index");
  const std::string name = "kernel/.ATTRIBUTES/VARIABLE_VALUE";
  const Outcome outcome = read_index(index, "variables.index", files_of("variables", 1), {name});
  REQUIRE(outcome.document);
  CHECK(outcome.root().size() == 1);
}

TEST_CASE("variables of a checkpoint are mapped") {
  const std::string name = "tf-checkpoint/variables.index";
  const Outcome outcome =
      read_object(checkpoint(), *open_file(golden_path(name)), {.file = golden_path(name), .map_mode = MapMode::read});
  REQUIRE(outcome.document);
  CHECK(outcome.root().find("kernel/.ATTRIBUTES/VARIABLE_VALUE")->as_array().mapped());
  CHECK(equal(outcome.root(), read_golden("variables", 1).root()));
}

TEST_CASE("a checkpoint needs its shards, and names no other files") {
  const std::string index = golden("tf-checkpoint/variables.index");
  CHECK(kind_of(read_index(index, "variables.index", {{"other", ""}})) == "not_found");
  CHECK(kind_of(read_index(index, "variables", files_of("variables", 1))) == "unsupported");
  CHECK(kind_of(read_memory(checkpoint(), index)) == "unsupported");
}

TEST_CASE("a cut index of a checkpoint is truncated, a cut shard too") {
  const std::string index = golden("tf-checkpoint/variables.index");
  for (std::size_t size = 0; size < index.size(); ++size)
    REQUIRE(kind_of(read_index(index.substr(0, size), "variables.index", files_of("variables", 1))) == "truncated");
  Files files = files_of("variables", 1);
  std::string& data = files.begin()->second;
  while (!data.empty()) {
    data.pop_back();
    REQUIRE(kind_of(read_index(index, "variables.index", files)) != "a value");
  }
}

TEST_CASE("a flipped bit of a checkpoint is found") {
  for (const std::string stem : {"variables", "slices"}) {
    const std::string index = golden("tf-checkpoint/" + stem + ".index");
    const Files files = files_of(stem, 1);
    for (std::size_t at = 0; at < index.size(); ++at) {
      std::string damaged = index;
      damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
      const Outcome outcome = read_index(damaged, stem + ".index", files);
      if (outcome.document) CHECK(at >= index.size() - 48);  // the end of an index is not checked, nor used whole
    }
    const std::string& data = files.begin()->second;
    for (std::size_t at = 0; at < data.size(); at += 13) {
      Files damaged = files;
      damaged.begin()->second[at] = static_cast<char>(data[at] ^ (1 << at % 8));
      CHECK(kind_of(read_index(index, stem + ".index", damaged)) != "a value");
    }
  }
}

TEST_CASE("CRC-32C is that of RFC 3720") {
  using internal::crc32c;
  CHECK(crc32c(as_bytes("123456789")) == 0xe3069283U);
  CHECK(crc32c(as_bytes(std::string(32, '\0'))) == 0x8a9136aaU);
  CHECK(crc32c(as_bytes(std::string(32, '\xff'))) == 0x62a8ab43U);
  CHECK(crc32c(as_bytes("6789"), crc32c(as_bytes("12345"))) == 0xe3069283U);
}

TEST_CASE("Snappy blocks are decoded, and those that lie are refused") {
  const auto decoded = [](std::string_view block) { return internal::snappy_decoded(as_bytes(block), 1000); };
  CHECK(decoded(std::string("\x05\x10"
                            "flour",
                            7)) == "flour");
  CHECK(decoded(std::string("\x0a\x04"
                            "ab\x11\x02",
                            6)) == "ababababab");  // copy of 8 from 2 back
  CHECK(decoded(std::string("\x0a\x04"
                            "ab\x1e\x02\0",
                            7)) == "ababababab");  // offset of 16 bits
  CHECK(decoded(std::string("\x0a\x04"
                            "ab\x1f\x02\0\0\0",
                            9)) == "ababababab");  // of 32 bits
  CHECK(decoded(std::string("\x02\xf0\x01"
                            "ab",
                            5)) == "ab");  // length in a byte of its own
  CHECK(decoded(std::string("\0", 1)).empty());
  CHECK_ERROR(decoded(""), malformed);
  CHECK_ERROR(decoded(std::string("\x05\x10"
                                  "flou",
                                  6)),
              malformed);
  CHECK_ERROR(decoded(std::string("\x04\x10"
                                  "flour",
                                  7)),
              malformed);
  CHECK_ERROR(decoded(std::string("\x06\x10"
                                  "flour",
                                  7)),
              malformed);
  CHECK_ERROR(decoded(std::string("\x0a\x04"
                                  "ab\x11\x03",
                                  6)),
              malformed);  // from in front of the start
  CHECK_ERROR(decoded(std::string("\x0a\x04"
                                  "ab\x11\0",
                                  6)),
              malformed);
  CHECK_ERROR(decoded("\xff\xff\xff\xff\x0f"), limit);
}

TEST_CASE("slices have the names that sort as they lie") {
  using internal::slice_key;
  const std::string part("\0part\0\1\1\2\x80\x84\x80\x83", 13);
  CHECK(slice_key("part", {{0, 4}, {0, 3}}) == part);
  CHECK(slice_key("a", {{0, std::nullopt}}) == std::string("\0a\0\1\1\1\x80\x7f", 8));
  CHECK(slice_key("a", {{63, 64}}) == std::string("\0a\0\1\1\1\xbf\xc0\x40", 9));
  CHECK(slice_key("a", {{8191, 8192}}) == std::string("\0a\0\1\1\1\xdf\xff\xe0\x20\x00", 11));
}

}  // namespace
}  // namespace larder::testing
