// One array out of an object: the same as `load` gives, and how little is read for it.
#include "samples.h"

#include <array>

#include "base/text.h"
#include "document/array_places.h"
#include "io/zero_pages.h"
#include "tests/support/errors.h"
#include "tests/support/sparse_object.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;

// Counts what it is asked for, as a source far away would send it.
class CountingReader final : public Reader {
 public:
  explicit CountingReader(const SparseObject& object) : object_(object) {}
  std::uint64_t bytes = 0;

 private:
  std::size_t do_read(MutableBytes out) override {
    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), object_.size() - at_));
    object_.read(at_, out.first(size));
    at_ += size;
    bytes += size;
    return size;
  }
  bool do_can_seek() const override { return true; }
  void do_seek(std::uint64_t position) override { at_ = position; }
  std::optional<std::uint64_t> do_size() const override { return object_.size(); }
  std::string do_name() const override { return "<far away>"; }

  const SparseObject& object_;
  std::uint64_t at_ = 0;
};

std::unique_ptr<Reader> pipe_of(std::string_view content) {
  return callback_reader([content](MutableBytes out) mutable {
    const std::size_t size = std::min(out.size(), content.size());
    std::copy_n(as_bytes(content).begin(), size, out.begin());
    content.remove_prefix(size);
    return size;
  });
}

// Arrays of all kinds in an object of all kinds.
Document crowd() {
  Document document;
  const Value root = document.dict();
  const auto add = [&](std::string_view name, const Array& array) {
    const Value value = document.array(array);
    document.insert(root, document.str(name), value);
    return value;
  };
  const Value first = add("doubles", counting<double>({100, 7}));
  add("fortran", counting<std::int16_t>({300, 5}, Order::fortran));
  add("foreign", counting<std::int32_t>({1000}).byte_swapped());
  add("none", counting<float>({0, 3}));
  add("one", counting<std::uint8_t>({1}));
  add("large", counting<std::int64_t>({40'000}));
  document.insert(root, document.str("text"), document.str(std::string(5000, 't')));
  document.insert(root, document.str("again"), first);
  const std::array members = {document.array(counting<std::uint16_t>({50})), Value::none(),
                              document.array(counting<std::uint16_t>({51}))};
  const Value steps = document.list(members);
  document.insert(root, document.str("steps"), steps);
  const Value model =
      document.object(ObjectForm::newobj, document.global("sklearn.linear_model", "Ridge"), document.tuple());
  const Value state = document.dict();
  document.insert(state, document.str("coef_"), document.array(counting<double>({12})));
  document.set_state(model, state);
  document.insert(root, document.str("model"), model);
  document.set_root(root);
  return document;
}

void check_each(const Document& whole, const std::function<Array(std::string_view path)>& one) {
  const auto places = internal::array_places(whole.root());
  REQUIRE(!places.empty());
  for (const internal::ArrayPlace& place : places) {
    INFO(*place.path);
    const Array array = one(*place.path);
    CHECK(array.identical(place.array.as_array()));
    CHECK(array.strides() == place.array.as_array().strides());
    CHECK_FALSE(array.mapped());
  }
}

TEST_CASE("one array is the one that load gives: formats, codecs, sources") {
  const TemporaryDirectory directory;
  const Document crowded = crowd();
  for (const std::string_view format : {"joblib", "pickle"}) {
    for (const Codec* const codec : built_codecs()) {
      INFO(format << ' ' << codec->info().name);
      const Path path = directory / "object";
      dump(crowded.root(), path, quick(Compress(codec->info().name), std::string(format)));
      const std::string bytes = content(path);
      for (const bool native : {true, false}) {
        LoadOptions options;
        options.ensure_native_byte_order = native;
        const Document whole = load(path, options);
        check_each(whole, [&](std::string_view array) { return load_array(path, array, options); });
        check_each(whole, [&](std::string_view array) { return load_array(*pipe_of(bytes), array, options); });
        check_each(whole,
                   [&](std::string_view array) { return load_array(*memory_reader(as_bytes(bytes)), array, options); });
      }
    }
  }
}

TEST_CASE("the array of a .npy is its root") {
  const TemporaryDirectory directory;
  const Array wanted = counting<double>({100, 3}, Order::fortran);
  dump(wanted, directory / "a.npy", quick());
  CHECK(load_array(directory / "a.npy", "").identical(wanted));
  CHECK_ERROR(load_array(directory / "a.npy", "x"), not_found);
}

TEST_CASE("of files that hold arrays by name the others are not looked at") {
  const Document crowded = crowd();
  Document document;
  const Value root = document.dict();
  for (const char* const name : {"doubles", "fortran", "foreign", "none", "one", "large"})
    document.insert(root, document.str(name), document.copy(*crowded.root().find(name)));
  document.insert(root, document.str("a.dotted"), document.copy(*crowded.root().find("one")));
  for (const std::string format : {"npz", "safetensors", "torch"}) {
    INFO(format);
    std::string bytes = dumped(root, quick({}, format));
    const Document whole = loads(as_bytes(bytes));
    check_each(whole, [&](std::string_view array) { return load_array(*memory_reader(as_bytes(bytes)), array); });
    check_each(whole, [&](std::string_view array) { return load_array(*pipe_of(bytes), array); });
    try {
      static_cast<void>(load_array(*memory_reader(as_bytes(bytes)), "absent"));
      FAIL("there is none");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::not_found);
      CHECK_THAT(error.what(), Catch::Contains("'doubles'"));
    }
  }
  // What is wrong with another array is not seen.
  std::string bytes = dumped(root, quick({}, "npz"));
  const std::size_t header = bytes.find("\x93NUMPY");
  REQUIRE(header != std::string::npos);
  bytes[header] = 'x';
  CHECK(load_array(*memory_reader(as_bytes(bytes)), "large").size() == 40'000);
  CHECK_ERROR(load_array(*memory_reader(as_bytes(bytes)), "doubles"), checksum);
  CHECK_ERROR(loads(as_bytes(bytes)), checksum);
}

TEST_CASE("a name that a file of torch has no place for is not found") {
  Document document;
  const Value members[] = {document.array(counting<double>({3}))};
  const std::string bytes = dumped(document.list(members), quick({}, "torch"));
  CHECK(load_array(*memory_reader(as_bytes(bytes)), "[0]").size() == 3);
  CHECK_ERROR(load_array(*memory_reader(as_bytes(bytes)), "x"), not_found);
  LoadOptions options;
  options.only = {"x"};
  CHECK_ERROR(loads(as_bytes(bytes), options), not_found);
}

TEST_CASE("an array of another protocol and among the opcodes is found as well") {
  for (int protocol = 0; protocol <= 5; ++protocol) {
    DumpOptions options = quick({}, "pickle");
    options.protocol = protocol;
    const Document crowded = crowd();
    const std::string bytes = dumped(crowded.root(), options);
    CHECK(load_array(*memory_reader(as_bytes(bytes)), "steps[2]").identical(counting<std::uint16_t>({51})));
  }
}

TEST_CASE("a reader is left right behind the object") {
  const std::string bytes = dumped(crowd().root()) + dumped(mixed().root());
  const auto reader = memory_reader(as_bytes(bytes));
  CHECK(load_array(*reader, "large").identical(counting<std::int64_t>({40'000})));
  CHECK(load_array(*reader, "x").identical(counting<double>({100, 7})));
  CHECK(reader->peek().empty());
}

TEST_CASE("what was filled can be written, and lives by itself") {
  const std::string bytes = dumped(crowd().root());
  Array array = load_array(*memory_reader(as_bytes(bytes)), "doubles");
  array.mutable_data<double>()[3] = -1;
  CHECK(array.at<double>({0, 3}) == -1);
}

TEST_CASE("of an object of 10 GB little more than one array is moved") {
  constexpr std::uint64_t size = 10 * mib;
  SparseObject object;
  {
    internal::ZeroPages zeros;
    Document document;
    const Value root = document.list();
    for (int i = 0; i < 1000; ++i) {
      document.append(
          root, document.array(Array::from_region(DType::of<std::uint64_t>(), {size / 8}, Order::c, zeros.take(size))));
    }
    dump(root, object, quick());
  }
  REQUIRE(object.size() > 1000 * size);
  for (const std::uint64_t wanted : {0u, 500u, 999u}) {
    CountingReader reader(object);
    const Array array = load_array(reader, internal::join('[', wanted, ']'));
    CHECK(reader.bytes < 12 * mib);
    CHECK(array.nbytes() == size);
    const auto words = array.data<std::uint64_t>();
    CHECK(offset_of(words.front()) / size == wanted);
    CHECK(offset_of(words.back()) == offset_of(words.front()) + size - 8);
  }
}

TEST_CASE("a compressed object of more than is kept is read twice, and the array is right") {
  Document document;
  const Value root = document.list();
  for (std::uint8_t i = 0; i < 4; ++i) {
    Array array = Array::allocate(DType::of<std::uint8_t>(), {24 * mib});
    std::ranges::fill(array.mutable_data<std::uint8_t>(), i);
    document.append(root, document.array(std::move(array)));
  }
  const Codec* const codec = built_codecs().back();
  const std::string bytes = dumped(root, quick(Compress(codec->info().name)));
  std::vector<std::string> warnings;
  for (std::uint8_t i = 0; i < 4; ++i) {
    const Array array =
        load_array(*memory_reader(as_bytes(bytes)), internal::join('[', int{i}, ']'), warning_into(warnings));
    CHECK(std::ranges::count(array.data<std::uint8_t>(), i) == static_cast<std::ptrdiff_t>(24 * mib));
  }
}

TEST_CASE("limits are those of the one array") {
  const std::string bytes = dumped(crowd().root());
  LoadOptions options;
  options.limits.bytes = 100'000;
  CHECK(load_array(*memory_reader(as_bytes(bytes)), "doubles", options).size() == 700);
  CHECK_ERROR(load_array(*memory_reader(as_bytes(bytes)), "large", options), limit);
  CHECK_ERROR(load(*memory_reader(as_bytes(bytes)), options), limit);
}

TEST_CASE("where there is no such array, some that there are are named") {
  const std::string bytes = dumped(crowd().root());
  const auto message = [&](std::string_view path) -> std::string {
    try {
      static_cast<void>(load_array(*memory_reader(as_bytes(bytes)), path));
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::not_found);
      return error.what();
    }
    return {};
  };
  CHECK(message("doubled").find("there is no 'doubled'; arrays that are there: 'doubles', 'fortran'") !=
        std::string::npos);
  CHECK(message("steps").find("'steps' is a list, no array") != std::string::npos);
  CHECK_ERROR(load_array(*memory_reader(as_bytes(bytes)), "a[["), usage);
  Document empty;
  CHECK_ERROR(load_array(*memory_reader(as_bytes(dumped(empty.list()))), "x"), not_found);
}

TEST_CASE("every truncation is an error, or does not reach the array") {
  Document document;
  const Value root = document.dict();
  document.insert(root, document.str("a"), document.array(counting<double>({30})));
  document.insert(root, document.str("b"), document.array(counting<double>({20})));
  const std::string bytes = dumped(root);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    for (const std::string_view path : {"a", "b"})
      CHECK_ERROR(load_array(*memory_reader(as_bytes(bytes).first(size)), path), truncated);
  }
}

TEST_CASE("sizes that lie take nothing") {
  Document document;
  std::string bytes = dumped(document.array(counting<double>({30})), quick({}, "npy"));
  const std::size_t digits = bytes.find("(30,)");
  REQUIRE(digits != std::string::npos);
  bytes.replace(digits, 18, "(99999999999999,)}");
  CHECK_ERROR(load_array(*memory_reader(as_bytes(bytes)), ""), truncated);
  CHECK_ERROR(load_array(*pipe_of(bytes), ""), truncated);
}

TEST_CASE("one array of a value in a store") {
  const auto store = memory_store();
  static_cast<void>(dump(crowd().root(), *store, "models/a"));
  CHECK(load_array(*store, "models/a", "model.coef_").identical(counting<double>({12})));
  CHECK_ERROR(load_array(*store, "models/b", "x"), not_found);
  CHECK_ERROR(load_array(*store, "models/a", "x", {}, {.range = {.offset = 1}}), usage);
  try {
    static_cast<void>(load_array(*store, "models/a", "x"));
    CHECK(false);
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("models/a") != std::string::npos);
  }
}

}  // namespace
}  // namespace larder::testing
