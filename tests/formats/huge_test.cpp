// What has more than 4 GiB: sizes and offsets of 64 bits in the formats that have smaller ones too.
#include <catch2/catch.hpp>

#include "formats/zip/member.h"
#include "formats/zip/writer.h"
#include "tests/support/sparse_file.h"
#include "tests/support/temporary.h"
#include "transports.h"

namespace larder::testing {
namespace {

constexpr std::uint64_t size = (std::uint64_t{4} << 30) + 12'345;

// Zeros but for the last byte.
Array huge_array() {
  Region region = Region::allocate(size);
  region.mutable_bytes().back() = std::byte{7};
  return Array::from_region(DType::of<std::uint8_t>(), {size}, Order::c, std::move(region));
}

void write_zeros(Writer& writer) {
  const std::vector<std::byte> block(1 << 20);
  for (std::uint64_t left = size; left != 0;) {
    const std::size_t step = static_cast<std::size_t>(std::min<std::uint64_t>(left, block.size()));
    writer.write(Bytes(block).first(step));
    left -= step;
  }
}

// An array of more than 4 GiB, and one behind it.
Value two_arrays(Document& document) {
  const Value dict = document.dict();
  document.insert(dict, document.str("first"), document.array(huge_array()));
  const float number = 2.5F;
  document.insert(dict, document.str("second"), document.array(Array::copy_of(std::span(&number, 1), {1})));
  return dict;
}

void check_arrays(Value dict) {
  const Array first = dict.find("first")->as_array();
  CHECK(first.mapped());
  CHECK(first.shape() == Shape{size});
  CHECK(first.at<std::uint8_t>({size - 1}) == 7);
  CHECK(first.at<std::uint8_t>({size - 2}) == 0);
  CHECK(dict.find("second")->as_array().at<float>({0}) == 2.5F);
}

}  // namespace

TEST_CASE("members of more than 4 GiB are read back", "[huge]") {
  const TemporaryDirectory directory;
  SparseFile file(directory / "x.zip");
  internal::ZipWriter archive(file);
  archive.add("deflated", size, 1, write_zeros);
  archive.add("stored", size, 0, write_zeros);
  archive.add("last", as_bytes("x"));
  archive.finish();
  file.finish();
  const auto reader = open_file(directory / "x.zip");
  const Limits limits;
  const ReadSource source{
      .reader = *reader, .limits = limits, .native_byte_order = false, .mapped_file = nullptr, .warn = [](auto) {}};
  internal::WholeSource whole(source);
  const internal::ZipDirectory entries(whole);
  CHECK(entries.find("last")->local > size);
  for (const char* const name : {"deflated", "stored"}) {
    const auto member = internal::member_reader(whole, *entries.find(name));
    member->skip(size, "a member");
    CHECK(member->peek(1).empty());
  }
}

TEST_CASE("arrays of more than 4 GiB are written, mapped and verified", "[huge]") {
  Document document;
  const Value arrays = two_arrays(document);
  const Value model = document.dict();
  document.insert(model, document.str("config"), document.dict());
  document.insert(model, document.str("weights"), arrays);
  for (const char* const name : {"torch", "keras"}) {  // whose weights are an h5 file
    INFO(name);
    const bool is_model = std::string_view(name) == "keras";
    const TemporaryDirectory directory;
    SparseFile file(directory / "x");
    find_format(name)->write(is_model ? model : arrays, file, {});
    file.finish();
    const Outcome outcome = read_object(*find_format(name), *open_file(directory / "x"),
                                        {.map_mode = MapMode::read, .native_byte_order = false, .verify = true});
    INFO(outcome.message);
    REQUIRE(outcome.document);
    check_arrays(is_model ? *outcome.root().find("weights") : outcome.root());
  }
}

}  // namespace larder::testing
