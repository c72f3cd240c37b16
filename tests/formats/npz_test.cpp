// .npz archives that numpy wrote (tests/formats/make/npz.py), and what is refused in others.
#include <catch2/catch.hpp>

#include <fstream>

#include "archive.h"
#include "formats/npy_header.h"
#include "hostile.h"
#include "tests/support/errors.h"
#include "tests/support/temporary.h"
#include "transports.h"

namespace larder::testing {
namespace {

const Format& npz() { return *find_format("npz"); }

std::string written(Value value, const WriteOptions& options = {}) {
  MemoryWriter writer;
  npz().write(value, writer, options);
  writer.finish();
  return std::string(as_text(writer.bytes()));
}

const Array& array_at(const Outcome& outcome, std::string_view name) {
  INFO(name << ' ' << outcome.message);
  REQUIRE(outcome.document);
  const auto found = outcome.root().find(name);
  REQUIRE(found);
  return found->as_array();
}

// A .npy file of `count` bytes, 0, 1...
std::string npy_of(std::uint64_t count, std::string_view behind = "") {
  std::string file = internal::npy_header(DType::of<std::uint8_t>(), {count}, Order::c);
  for (std::uint64_t i = 0; i < count; ++i) file.push_back(static_cast<char>(i));
  return file.append(behind);
}

std::string kind_of_archive(const ZipFile& archive) { return kind_of(read_everywhere(npz(), bytes_of(archive))); }

TEST_CASE("archives of numpy are dicts of arrays") {
  for (const char* const name : {"npz/stored.npz", "npz/compressed.npz"}) {
    const Outcome outcome = read_everywhere(npz(), golden(name));
    CHECK(array_at(outcome, "kernel").shape() == Shape{2, 3});
    CHECK(array_at(outcome, "kernel").at<float>({1, 2}) == 5);
    CHECK(array_at(outcome, "bias").at<double>({1}) == -1.5);
    CHECK(array_at(outcome, "fortran").dtype() == DType::of<std::int16_t>());
    CHECK(array_at(outcome, "fortran").storage_order() == Order::fortran);
    CHECK(array_at(outcome, "fortran").at<std::int16_t>({1, 0}) == 3);
    CHECK(array_at(outcome, "empty").shape() == Shape{0, 3});
    CHECK(array_at(outcome, "scalar").at<std::int64_t>({}) == 7);
    CHECK(array_at(outcome, "a/b").dtype().name() == "U5");
    CHECK(array_at(outcome, "Gr\u00f6\u00dfe").at<bool>({0}));
    CHECK(array_at(outcome, "records").dtype().fields().size() == 2);
    CHECK(array_at(outcome, "times").dtype().name() == "datetime64[D]");
    CHECK(array_at(outcome, "arr_0").at<std::int64_t>({2}) == 2);
    CHECK(outcome.root().size() == 10);
  }
  const Outcome sparse = read_memory(npz(), golden("npz/sparse.npz"));
  CHECK(array_at(sparse, "format").dtype().name() == "S3");
  CHECK(array_at(sparse, "data").at<double>({1}) == 2.5);
  const Outcome objects = read_memory(npz(), golden("npz/objects.npz"));
  CHECK(find_path(objects.root(), "objects[1]")->as_str() == "two");
  CHECK_ERROR(written(objects.root()), unsupported);
}

TEST_CASE("an archive without members holds no arrays") {
  const std::string empty = bytes_of({});
  CHECK(empty.size() == 22);
  const Outcome outcome = read_everywhere(npz(), empty);
  REQUIRE(outcome.document);
  CHECK(outcome.root().empty());
  CHECK(written(outcome.root()) == empty);
}

TEST_CASE("stored members are mapped where they lie; what larder writes is aligned") {
  const TemporaryDirectory directory;
  int files = 0;
  const auto mapped = [&](const std::string& bytes) {
    const Path path = directory / std::to_string(files++);
    std::ofstream(path, std::ios::binary) << bytes;
    return read_object(npz(), *open_file(path), {.file = path, .map_mode = MapMode::read, .native_byte_order = false});
  };
  const Outcome theirs = mapped(golden("npz/stored.npz"));
  CHECK(array_at(theirs, "kernel").mapped());
  const Outcome compressed = mapped(golden("npz/compressed.npz"));
  CHECK_FALSE(array_at(compressed, "kernel").mapped());
  CHECK(equal(*theirs.root().find("bias"), *compressed.root().find("bias")));

  const Outcome ours = mapped(written(theirs.root()));
  CHECK(equal(ours.root(), theirs.root()));
  for (std::size_t i = 0; i < ours.root().size(); ++i) {
    const Array& array = ours.root().value(i).as_array();
    CHECK(reinterpret_cast<std::uintptr_t>(array.origin()) % 64 == 0);
    CHECK(array.mapped());
  }
}

TEST_CASE("an archive cannot be changed through a mapping") {
  const TemporaryDirectory directory;
  const Path path = directory / "x.npz";
  for (const char* const name : {"npz/stored.npz", "torch/values_1.13.pt", "keras/small.keras"}) {
    std::ofstream(path, std::ios::binary) << golden(name);
    const Reading changes{.map_mode = MapMode::read_write, .native_byte_order = false};
    const Outcome refused = read_object(format_of(name), *open_file(path), changes);
    CHECK(kind_of(refused) == "unsupported");
    CHECK_THAT(refused.message, Catch::Contains("checksums"));
  }
  std::ofstream(path, std::ios::binary) << golden("npz/stored.npz");
  const Reading copy{.map_mode = MapMode::copy_on_write, .native_byte_order = false};
  const Outcome outcome = read_object(npz(), *open_file(path), copy);
  Array bias = array_at(outcome, "bias");
  bias.mutable_bytes()[0] = std::byte{1};
  CHECK(as_text(map_file(path, MapMode::read).bytes()) == golden("npz/stored.npz"));
}

TEST_CASE("what is mapped and not aligned, or compressed, is told") {
  const TemporaryDirectory directory;
  const Path path = directory / "x.npz";
  const auto warnings = [&](const std::string& bytes, MapMode mode) {
    std::ofstream(path, std::ios::binary) << bytes;
    const auto reader = open_file(path);
    const auto mapped_file = mode == MapMode::none ? std::nullopt : reader->map(mode);
    std::string lines;
    const Limits limits;
    Document document;
    npz().read({.reader = *reader,
                .limits = limits,
                .native_byte_order = false,
                .mapped_file = mapped_file ? &*mapped_file : nullptr,
                .warn = [&](std::string_view line) { lines.append(line).append("\n"); },
                .map_mode = mode},
               document);
    return lines;
  };
  CHECK_THAT(warnings(golden("npz/stored.npz"), MapMode::read), Catch::Contains("not aligned"));
  CHECK_THAT(warnings(golden("npz/compressed.npz"), MapMode::read), Catch::Contains("10 of the arrays"));
  for (const char* const name : {"npz/stored.npz", "npz/compressed.npz"}) {
    CHECK(warnings(golden(name), MapMode::none).empty());
    CHECK(warnings(written(read_memory(npz(), golden(name)).root()), MapMode::read).empty());
  }
}

TEST_CASE("only the arrays that are asked for are looked at") {
  ZipFile archive{
      .parts = {zip_part("a.npy", npy_of(3)), zip_part("b.npy", "no array"), zip_part("c.npy", npy_of(5), true)}};
  const std::string bytes = bytes_of(archive);
  CHECK(kind_of(read_memory(npz(), bytes)) == "malformed");
  const std::vector<std::string> wanted = {"c", "a", "absent"};
  const auto reader = memory_reader(as_bytes(bytes));
  const Limits limits;
  Document document;
  npz().read({.reader = *reader,
              .limits = limits,
              .native_byte_order = true,
              .mapped_file = nullptr,
              .warn = {},
              .only = wanted},
             document);
  REQUIRE(document.root().size() == 2);
  CHECK(document.root().find("a")->as_array().size() == 3);
  CHECK(document.root().find("c")->as_array().size() == 5);
  CHECK(reader->position() == bytes.size());
}

TEST_CASE("arrays are written deflated where that is asked for") {
  const Outcome outcome = read_memory(npz(), golden("npz/compressed.npz"));
  const std::string stored = written(outcome.root());
  const std::string deflated = written(outcome.root(), {.deflate = 9});
  CHECK(deflated.size() < stored.size() / 2);
  CHECK(equal(read_everywhere(npz(), deflated).root(), outcome.root()));
  CHECK(written(read_memory(npz(), deflated).root()) == stored);
  CHECK_ERROR(written(outcome.root(), {.deflate = 99}), usage);
}

TEST_CASE("parameters and ordered dicts are arrays by name, other values are refused") {
  Document document;
  const Value array = document.array(Array::allocate(DType(), {2}));
  const Value arguments[] = {array, Value::boolean(true), document.dict()};
  const Value parameter = document.object(ObjectForm::reduce, document.global("torch._utils", "_rebuild_parameter"),
                                          document.tuple(arguments));
  const Value ordered =
      document.object(ObjectForm::reduce, document.global("collections", "OrderedDict"), document.tuple());
  document.insert_entry(ordered, document.str("p"), parameter);
  document.insert_entry(ordered, document.str("a"), array);
  const Outcome outcome = read_memory(npz(), written(ordered));
  REQUIRE(outcome.document);
  CHECK(outcome.root().size() == 2);
  CHECK(outcome.root().key(0).as_str() == "p");

  const auto with = [&](Value key, Value value) {
    const Value dict = document.dict();
    document.insert(dict, key, value);
    return dict;
  };
  CHECK_ERROR(written(array), unsupported);
  CHECK_ERROR(written(Value::none()), unsupported);
  CHECK_ERROR(written(with(Value::integer(1), array)), unsupported);
  CHECK_ERROR(written(with(document.str("x"), Value::integer(1))), unsupported);
  CHECK_ERROR(written(with(document.str("\xed\xa0\x80"), array)), unsupported);
  CHECK_ERROR(written(with(document.str(std::string_view("a\0b", 3)), array)), unsupported);
  CHECK_ERROR(written(with(document.str(std::string(70'000, 'x')), array)), unsupported);
}

TEST_CASE("members that are no arrays, or more or less than one, are refused") {
  CHECK(kind_of_archive({.parts = {zip_part("a.npy", npy_of(300))}}) == "a value");
  for (const bool deflated : {false, true}) {
    INFO("deflated " << deflated);
    const auto kind = [&](const std::string& content) {
      return kind_of_archive({.parts = {zip_part("a.npy", content, deflated), zip_part("b.npy", npy_of(4))}});
    };
    CHECK(kind(npy_of(3, "x")) == "malformed");
    CHECK(kind(npy_of(3).substr(0, 130)) == "truncated");
    CHECK(kind(npy_of(0, "x")) == "malformed");
    CHECK(kind(npy_of(0)) == "a value");
    CHECK(kind("") == "truncated");
    CHECK(kind("no array at all") == "malformed");
    CHECK(kind(internal::npy_header(DType::of<double>(), {1'000'000'000'000}, Order::c)) == "truncated");
    CHECK(kind(internal::npy_header(DType(), {std::uint64_t{1} << 62}, Order::c)) == "limit");
    const std::string objects = internal::npy_header(DType::parse("O"), {1}, Order::c);
    CHECK(kind(objects + "].") == "a value");
    CHECK(kind(objects + "].]") == "malformed");
    CHECK(kind(objects) == "truncated");
  }
  CHECK(kind_of_archive({.parts = {zip_part("a.npy", npy_of(3)), zip_part("b.txt", "x")}}) == "unsupported");
  CHECK(kind_of_archive({.parts = {zip_part("folder/", "")}}) == "unsupported");
}

TEST_CASE("the content of a member has the checksum that the archive says") {
  ZipFile archive{.parts = {zip_part("a.npy", npy_of(300))}};
  archive.parts[0].data.back() ^= 1;
  CHECK(kind_of_archive(archive) == "checksum");

  // Mapped, it is not read; where that is asked for, it is.
  const TemporaryDirectory directory;
  std::ofstream(directory / "x", std::ios::binary) << bytes_of(archive);
  for (const bool verify : {false, true}) {
    const auto reader = open_file(directory / "x");
    const auto mapped_file = reader->map(MapMode::read);
    const Limits limits;
    Document document;
    const auto read = [&] {
      npz().read({.reader = *reader,
                  .limits = limits,
                  .native_byte_order = false,
                  .mapped_file = &*mapped_file,
                  .warn = {},
                  .map_mode = MapMode::read,
                  .verify = verify},
                 document);
    };
    if (verify)
      CHECK_ERROR(read(), checksum);
    else
      CHECK_NOTHROW(read());
  }
}

}  // namespace
}  // namespace larder::testing
