// Metadata behind an object: what is kept, what is verified, and what damage does.
#include "samples.h"

#include "base/checksum.h"
#include "tests/support/errors.h"
#include "tests/support/small_stack.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

// What a user says.
Document said() {
  Document document;
  const Value scores = document.dict();
  document.insert(scores, document.str("accuracy"), Value::floating(0.93));
  document.insert(scores, document.str("folds"), document.list(std::vector{Value::integer(5), Value::boolean(true)}));
  const Value root = document.dict();
  document.insert(root, document.str("data"), document.str("Grüße \"wine\".csv\n"));
  document.insert(root, document.str("scores"), scores);
  document.insert(root, document.str("note"), Value::none());
  document.set_root(root);
  return document;
}

DumpOptions with(const Document& metadata, Compress compress = {}, std::string format = {}) {
  DumpOptions options = quick(std::move(compress), std::move(format));
  options.metadata = metadata.root();
  return options;
}

LoadOptions asking() {
  LoadOptions options;
  options.metadata = true;
  return options;
}

// The metadata of the one object in `bytes`.
Metadata metadata_of(const std::string& bytes) {
  Provenance provenance;
  const Document object = loads(as_bytes(bytes), asking(), &provenance);
  REQUIRE(provenance.metadata);
  return std::move(*provenance.metadata);
}

TEST_CASE("XXH3 gives the values of its specification, however the bytes are cut") {
  CHECK(internal::xxh3({}) == 0x2d06800538d394c2);
  CHECK(internal::xxh3(as_bytes("abc")) == 0x78af5f94892f3950);
  const std::string text(3000, 'x');
  internal::Xxh3 pieces;
  for (std::size_t at = 0; at < text.size(); at += 7) pieces.add(as_bytes(std::string_view(text).substr(at, 7)));
  CHECK(pieces.value() == internal::xxh3(as_bytes(text)));
}

TEST_CASE("metadata and checksums come back with every codec and format") {
  const Document object = mixed();
  const Document metadata = said();
  for (const Codec* const codec : built_codecs()) {
    INFO(codec->info().name);
    const auto options = with(metadata, std::string_view(codec->info().name));
    Provenance provenance;
    const std::string bytes = dumped(object.root(), options);
    const Document loaded = loads(as_bytes(bytes), asking(), &provenance);
    CHECK(equal(loaded.root(), object.root()));
    REQUIRE(provenance.metadata);
    CHECK(equal(provenance.metadata->values.root(), metadata.root()));
    CHECK(provenance.decoded_bytes == dumped(object.root()).size());
    REQUIRE(provenance.metadata->arrays.size() == 1);
    const ArrayChecksum& array = provenance.metadata->arrays[0];
    CHECK(array.path == "x");
    CHECK(array.dtype == "<f8");
    CHECK(array.shape == Shape{100, 7});
    CHECK(array.nbytes == 5600);
    CHECK(array.xxh3 == internal::xxh3(object.root().find("x")->as_array().bytes()));
    verify_arrays(loaded.root(), *provenance.metadata);
  }
  Document array;
  array.set_root(array.array(counting<float>({3, 4})));
  const Metadata npy = metadata_of(dumped(array.root(), with(metadata, {}, "npy")));
  REQUIRE(npy.arrays.size() == 1);
  CHECK(npy.arrays[0].path == "");
  verify_arrays(array.root(), npy);
}

TEST_CASE("without metadata the bytes are what they were, and nothing is found") {
  const Document object = mixed();
  const std::string plain = dumped(object.root());
  CHECK(dumped(object.root(), with(said())).starts_with(plain));
  Provenance provenance;
  static_cast<void>(loads(as_bytes(plain), asking(), &provenance));
  CHECK_FALSE(provenance.metadata);
  Document empty;
  empty.set_root(empty.dict());
  const Metadata checksums = metadata_of(dumped(object.root(), with(empty)));
  CHECK(checksums.values.root().empty());
  CHECK(checksums.arrays.size() == 1);
}

TEST_CASE("loading leaves metadata alone unless asked, and passes over that of the object before") {
  const Document object = mixed();
  const std::string one = dumped(object.root(), with(said()));
  const std::string bytes = one + one + dumped(object.root()) + one;
  const auto reader = memory_reader(as_bytes(bytes));
  for (int i = 0; i < 4; ++i) CHECK(equal(load(*reader).root(), object.root()));
  CHECK(bytes.size() - reader->position() == one.size() - dumped(object.root()).size());
  CHECK_ERROR(load(*reader), truncated);

  const auto asked = memory_reader(as_bytes(bytes));
  for (const bool has : {true, true, false, true}) {
    static_cast<void>(load(*asked));
    const std::uint64_t behind = asked->position();
    const auto found = read_metadata(*asked);
    CHECK(found.has_value() == has);
    CHECK((asked->position() != behind) == has);
  }
  CHECK(asked->position() == bytes.size());
}

TEST_CASE("a file with metadata is mapped as one without") {
  const TemporaryDirectory directory;
  const Document object = mixed();
  static_cast<void>(dump(object.root(), directory / "a.joblib", with(said())));
  LoadOptions options = asking();
  options.mmap_mode = MapMode::read;
  Provenance provenance;
  const Document mapped = load(directory / "a.joblib", options, &provenance);
  CHECK(mapped.root().find("x")->as_array().mapped());
  REQUIRE(provenance.metadata);
  verify_arrays(mapped.root(), *provenance.metadata);
}

TEST_CASE("arrays that changed fail verification by name") {
  const Document object = mixed();
  const Metadata metadata = metadata_of(dumped(object.root(), with(said())));
  Document other = mixed();
  verify_arrays(other.root(), metadata);
  const auto replace = [&](Array array) { other.insert(other.root(), other.str("x"), other.array(std::move(array))); };

  Array changed = counting<double>({100, 7});
  changed.mutable_data<double>()[699] += 1;
  replace(changed);
  CHECK_ERROR(verify_arrays(other.root(), metadata), checksum);
  CHECK_THROWS_WITH(verify_arrays(other.root(), metadata), Catch::Contains("the array 'x', <f8 (100, 7)"));
  replace(counting<double>({7, 100}));  // the same bytes
  CHECK_ERROR(verify_arrays(other.root(), metadata), checksum);
  replace(Array::from_region(DType::parse("<i8"), {100, 7}, Order::c, counting<double>({100, 7}).region()));
  CHECK_ERROR(verify_arrays(other.root(), metadata), checksum);
  other.insert(other.root(), other.str("x"), Value::none());
  CHECK_ERROR(verify_arrays(other.root(), metadata), checksum);

  replace(counting<double>({100, 7}).copy(Order::fortran));
  verify_arrays(other.root(), metadata);
  replace(counting<double>({100, 7}).byte_swapped());
  verify_arrays(other.root(), metadata);
}

TEST_CASE("arrays that no path leads to are verified, too") {
  const auto build = [](double first) {
    Document document;
    Array array = counting<double>({3});
    array.mutable_data<double>()[0] = first;
    const Value arguments = document.tuple(std::vector{document.array(array), document.array(counting<double>({3}))});
    document.set_root(document.object(ObjectForm::reduce, document.global("m", "f"), arguments));
    return document;
  };
  const Metadata metadata = metadata_of(dumped(build(7).root(), with(said())));
  REQUIRE(metadata.arrays.size() == 2);
  CHECK_FALSE(metadata.arrays[0].path);
  verify_arrays(build(7).root(), metadata);
  CHECK_ERROR(verify_arrays(build(8).root(), metadata), checksum);
}

TEST_CASE("metadata that JSON does not keep is refused before anything is written") {
  const auto refused = [](auto&& make) {
    Document document;
    const Value root = document.dict();
    document.insert(root, document.str("key"), make(document));
    document.set_root(root);
    MemoryWriter writer;
    const Document object = mixed();
    CHECK_ERROR(dump(object.root(), writer, with(document)), usage);
    CHECK(writer.position() == 0);
  };
  refused([](Document& document) { return document.tuple(); });
  refused([](Document& document) { return document.bytes(as_bytes("x")); });
  refused([](Document& document) { return document.str("\xed\xa0\x80"); });
  refused([](Document&) { return Value::floating(std::numeric_limits<double>::infinity()); });
  refused([](Document& document) { return document.array(counting<double>({2})); });
  refused([](Document& document) {
    const Value list = document.list();
    document.append(list, list);
    return list;
  });
  refused([](Document& document) {
    const Value dict = document.dict();
    document.insert(dict, Value::integer(1), Value::none());
    return dict;
  });
  Document text;
  text.set_root(text.str("no dict"));
  const Document object = mixed();
  MemoryWriter writer;
  CHECK_ERROR(dump(object.root(), writer, with(text)), usage);
}

TEST_CASE("every cut of metadata is truncated") {
  const Document object = mixed();
  const std::size_t begin = dumped(object.root()).size();
  const std::string bytes = dumped(object.root(), with(said()));
  CHECK_FALSE(read_metadata(*memory_reader(Bytes{})));
  for (std::size_t size = begin + 1; size < bytes.size(); ++size) {
    INFO(size - begin);
    const std::string_view cut = std::string_view(bytes).substr(begin, size - begin);
    CHECK_ERROR(read_metadata(*memory_reader(as_bytes(cut))), truncated);
    CHECK_ERROR(load(*memory_reader(as_bytes(cut))), truncated);
  }
}

TEST_CASE("every damaged byte of metadata is told or makes it something else") {
  const Document object = mixed();
  const std::size_t begin = dumped(object.root()).size();
  const std::string whole = dumped(object.root(), with(said())).substr(begin);
  REQUIRE(read_metadata(*memory_reader(as_bytes(whole))));
  const std::size_t mark_end = 17;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    INFO(at);
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x21);
    const auto reader = memory_reader(as_bytes(damaged));
    const bool in_length = at > 0 && at < 9;
    if (at < mark_end && !in_length) {
      CHECK_FALSE(read_metadata(*reader));
      CHECK(reader->position() == 0);
    } else {
      CHECK_THROWS_AS(read_metadata(*reader), Error);
    }
  }
}

// A footer around any JSON, made by hand from docs/metadata.md.
std::string footer(std::string_view json, std::uint32_t version = 1) {
  const auto number = [](std::uint64_t value, int size) {
    std::string out;
    for (int i = 0; i < size; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
    return out;
  };
  const std::string mark = "\xabLARDER\n";
  return "\x8e" + number(json.size() + 44, 8) + mark + number(version, 4) + number(json.size(), 8) +
         number(internal::xxh3(as_bytes(json)), 8) + std::string(json) + number(json.size() + 54, 8) + mark + "0";
}

void check_json(std::string_view json, ErrorKind wanted, const Limits& limits = {}) {
  const std::string bytes = footer(json);
  INFO(json.substr(0, 100));
  try {
    static_cast<void>(read_metadata(*memory_reader(as_bytes(bytes)), limits));
    CHECK(json == "accepted");
  } catch (const Error& error) {
    INFO(error.what());
    CHECK(error.kind() == wanted);
  }
}

TEST_CASE("JSON that is no metadata is malformed") {
  const std::string bytes = footer(R"({"metadata": {"k": 1}, "arrays": [], "later": 2})");
  CHECK(read_metadata(*memory_reader(as_bytes(bytes)))->values.root().find("k")->as_int() == 1);
  for (
      const std::string_view json :
      {"", "nonsense", "1", "[]", "{}", R"({"metadata": 1, "arrays": []})", R"({"metadata": {}})",
       R"({"metadata": {}, "arrays": {}})", R"({"metadata": {}, "arrays": [1]})", R"({"metadata": {}, "arrays": [{}]})",
       R"({"metadata": {}, "arrays": [{"dtype": "<f8", "shape": [-1], "nbytes": 8, "xxh3": "0000000000000000"}]})",
       R"({"metadata": {}, "arrays": [{"dtype": "<f8", "shape": [1], "nbytes": 1e3, "xxh3": "0000000000000000"}]})",
       R"({"metadata": {}, "arrays": [{"dtype": "<f8", "shape": [1], "nbytes": 8, "xxh3": "+000000000000000"}]})",
       R"({"metadata": {}, "arrays": [{"path": 1, "dtype": "", "shape": [], "nbytes": 8, "xxh3": "0000000000000000"}]})",
       "{\"metadata\": {\"k\": \"\xff\"}, \"arrays\": []}", R"({"metadata": {"k": "\ud800"}, "arrays": []})",
       R"({"metadata": {"k": 1e999}, "arrays": []})"}) {
    check_json(json, ErrorKind::malformed);
  }
  const std::string later = footer("{}", 2);
  CHECK_ERROR(read_metadata(*memory_reader(as_bytes(later))), unsupported);
}

TEST_CASE("hostile metadata keeps to the limits and to a small stack") {
  Limits limits;
  limits.text = 100;
  check_json(std::string(101, ' '), ErrorKind::limit, limits);
  limits = {};
  limits.bytes = 1 << 20;
  check_json("{\"metadata\": {}, \"arrays\": [" + std::string(1 << 20, '['), ErrorKind::limit, limits);
  on_small_stack([] {
    std::string deep = "{\"arrays\": [], \"metadata\": {\"k\": ";
    deep.append(500'000, '[').append(500'000, ']').append("}}");
    const std::string bytes = footer(deep);
    CHECK(read_metadata(*memory_reader(as_bytes(bytes))));
  });
  std::string huge = footer("{}");
  huge.replace(21, 8, "\xff\xff\xff\xff\xff\xff\xff\x7f");
  CHECK_ERROR(read_metadata(*memory_reader(as_bytes(huge))), malformed);
}

TEST_CASE("what a file is told about its libraries") {
  Document document;
  const auto object = [&](const char* module_name, const char* key, const char* version) {
    const Value made = document.object(ObjectForm::newobj, document.global(module_name, "C"), document.tuple());
    const Value state = document.dict();
    document.insert(state, document.str(key), document.str(version));
    document.set_state(made, state);
    return made;
  };
  const Value event = document.dict();
  document.insert(event, document.str("gensim"), document.str("4.2.0"));
  document.insert(event, document.str("python"), document.str("3.11.2 (main) [GCC]"));
  const Value model = document.object(ObjectForm::newobj, document.global("gensim.models", "C"), document.tuple());
  const Value state = document.dict();
  document.insert(state, document.str("lifecycle_events"), document.list(std::vector{event}));
  document.set_state(model, state);
  document.set_root(document.list(std::vector{
      object("sklearn.svm", "_sklearn_version", "1.2.1"), object("sklearn.svm", "_sklearn_version", "1.2.1"),
      object("a.b", "__version__", "7"), object("x", "_version", "no library"),
      document.global("numpy._core.multiarray", "scalar"), document.global("numpy.corex", "f"), model}));
  const std::vector<LibraryVersion> wanted = {
      {"scikit-learn", "1.2.1"}, {"a", "7"}, {"numpy", ">= 2"}, {"gensim", "4.2.0"}, {"python", "3.11.2"}};
  CHECK(library_versions(document.root()) == wanted);
}

}  // namespace
}  // namespace larder::testing
