// What one format can carry of another: in memory. tests/tools/test_convert_matrix.py reads the files with the
// libraries.
#include <catch2/catch.hpp>

#include <larder/larder.h>

#include "tests/formats/transports.h"
#include "tests/support/errors.h"

namespace larder::testing {
namespace {

Value entry(const Document& document, std::string_view key) {
  const auto found = document.root().find(key);
  REQUIRE(found);
  return *found;
}

std::string message_of(Value root, std::string_view format, const CarryOptions& options = {}) {
  try {
    carry(root, format, options);
    return "";
  } catch (const Error& error) {
    CHECK(name_of(error.kind()) == "unsupported");
    return error.what();
  }
}

struct Sample {
  Document document{};
  Value root = document.dict();
  Array array = Array::copy_of<float>(std::vector<float>{1, 2}, {2});

  void add(std::string_view key, Value value) { document.insert(root, document.str(key), value); }
};

}  // namespace

TEST_CASE("what is carried belongs to the new document, and shares the bytes of arrays") {
  Carried carried;
  const std::byte* origin = nullptr;
  {
    Sample sample;
    sample.add("w", sample.document.array(sample.array));
    sample.add("text", sample.document.str("a text"));
    origin = sample.array.origin();
    carried = carry(sample.root, "joblib");
  }
  CHECK(entry(carried.document, "w").as_array().origin() == origin);
  CHECK(entry(carried.document, "text").as_str() == "a text");
  CHECK(carried.left_out_count == 0);
}

TEST_CASE("what cannot be carried is listed: ten of it, and how many there are") {
  Sample sample;
  for (int i = 0; i < 12; ++i)
    sample.add("n" + std::to_string(i),
               sample.document.object(ObjectForm::newobj, sample.document.global("m", "C"), sample.document.tuple()));
  sample.add("w", sample.document.array(sample.array));
  const std::string message = message_of(sample.root, "torch");
  CHECK_THAT(message, Catch::Contains("the format torch cannot hold 'n0': m.C; 'n1': m.C;"));
  CHECK_THAT(message, Catch::EndsWith("'n9': m.C; and 2 more"));
  const Carried carried = carry(sample.root, "torch", {.arrays_only = true});
  CHECK(carried.left_out_count == 12);
  CHECK(carried.left_out.front() == "'n0': m.C");
  CHECK(carried.document.root().size() == 1);
  CHECK(entry(carried.document, "w").as_array().identical(sample.array));
}

TEST_CASE("formats that do not fit the question are refused") {
  Sample sample;
  sample.add("w", sample.document.array(sample.array));
  CHECK_ERROR(carry(sample.root, "nothing"), usage);
  CHECK_ERROR(carry(sample.root, "torch-legacy"), usage);
  CHECK_THAT(message_of(sample.root, "bytes"), Catch::Contains("the whole value: dict, 1 item"));
  CHECK_THAT(message_of(sample.root, "bytes", {.arrays_only = true}), Catch::Contains("bytes holds no arrays"));
  CHECK(carry(sample.root, "npy").document.root().as_array().identical(sample.array));
  CHECK_THAT(message_of(Value::integer(1), "npy"), Catch::Contains("holds one array, not 0"));
  const Carried copy = carry(sample.root, "json");
  sample.add("same", entry(copy.document, "w"));
  CHECK_THAT(message_of(sample.root, "npy"), Catch::EndsWith("holds one array, not 2: 'w'; 'same'"));
  CHECK_ERROR(carry(sample.document.str(std::string(1000, 'x')), "joblib", {.limits = {.bytes = 100}}), limit);
}

TEST_CASE("small floats are carried where they are known, or widened") {
  Sample sample;
  const DType bfloat16 = DType::of(DTypeKind::bfloat16, 2, ByteOrder::little);
  const std::vector<std::uint16_t> bits = {0x3f80, 0xc000};
  const Array small = Array::from_region(bfloat16, {2}, Order::c, Region::copy_of(std::as_bytes(std::span(bits))));
  const Value value = sample.document.array(small);
  sample.add("a", value);
  sample.add("b", value);
  CHECK(entry(carry(sample.root, "torch").document, "a").as_array().dtype() == bfloat16);
  CHECK(entry(carry(sample.root, "h5", {.widen = true}).document, "a").as_array().dtype() == bfloat16);
  for (const char* const format : {"joblib", "pickle"}) {
    CHECK_THAT(message_of(sample.root, format), Catch::Contains("'a': array of bfloat16"));
    for (const bool arrays_only : {false, true}) {
      const Carried carried = carry(sample.root, format, {.arrays_only = arrays_only, .widen = true});
      CHECK(entry(carried.document, "a").as_array().at<float>({1}) == -2);
      CHECK(entry(carried.document, "a").same_as(entry(carried.document, "b")));
    }
  }
  CHECK(value.as_array().dtype() == bfloat16);
}

TEST_CASE("values of torch are carried as they are into torch, and without torch elsewhere") {
  for (const char* const name : {"torch/values_2.15.pt", "torch-legacy/values_1.13.pt", "torch/quantized_2.15.pt"}) {
    INFO(name);
    const Document document = load(golden_path(name));
    CHECK(equal(carry(document.root(), "torch").document.root(), document.root()));
    const Carried arrays = carry(document.root(), "joblib", {.arrays_only = true, .widen = true});
    for (const std::string& global : globals_of(arrays.document.root()))
      CHECK_THAT(global, !Catch::StartsWith("torch"));
  }
  CHECK_THAT(message_of(load(golden_path("torch/quantized_2.15.pt")).root(), "joblib"),
             Catch::Contains("torch._utils._rebuild_qtensor"));
}

TEST_CASE("keys and members of sets stay what they are") {
  Sample sample;
  Document& d = sample.document;
  const Value inner[] = {d.object(ObjectForm::newobj, d.global("torch", "device"), d.tuple())};
  d.insert(sample.root, d.tuple(inner), Value::integer(1));
  const Value set = d.set();
  d.add(set, inner[0]);
  sample.add("set", set);
  const std::string message = message_of(sample.root, "joblib");
  CHECK_THAT(message, Catch::Contains("[?]"));
  CHECK_THAT(message, Catch::Contains("'set[0]': torch.device"));
}

TEST_CASE("a value that holds itself is carried") {
  Sample sample;
  sample.add("self", sample.root);
  sample.add("w", sample.document.array(sample.array));
  const Carried carried = carry(sample.root, "joblib");
  CHECK(entry(carried.document, "self").same_as(carried.document.root()));
  CHECK_THAT(message_of(sample.root, "torch", {}), Catch::Equals(""));
}

}  // namespace larder::testing
