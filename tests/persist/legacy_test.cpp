// Files of joblib before 0.10, whose arrays lie in companions beside them. What joblib itself wrote is read by
// test_legacy.py; here are mapping, hostile names, limits and damage.
#include "samples.h"

#include <sys/stat.h>

#include <array>
#include <charconv>

#include <larder/plugin/format.h>

#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

// What joblib 0.9 pickled: objects that stand for arrays.
class OldPickle {
 public:
  using Entries = std::vector<std::pair<std::string, Value>>;

  Value text(std::string_view content) { return document_.str(content); }
  Value tuple(std::vector<Value> members) { return document_.tuple(members); }
  Value list(std::vector<Value> members) { return document_.list(members); }
  Value ndarray() { return document_.global("numpy", "ndarray"); }

  Value wrapper(std::string_view name, const Entries& attributes,
                std::string_view module_name = "joblib.numpy_pickle") {
    const Value object = document_.object(ObjectForm::newobj, document_.global(module_name, name), document_.tuple());
    document_.set_state(object, dict(attributes));
    return object;
  }

  Value dict(const Entries& entries) {
    const Value made = document_.dict();
    for (const auto& [key, value] : entries) document_.insert(made, text(key), value);
    return made;
  }

  // An array in the .npy file `filename`.
  Value npy(std::string_view filename, bool allow_mmap = true, std::string_view module_name = "joblib.numpy_pickle") {
    const Entries attributes = {
        {"filename", text(filename)}, {"subclass", ndarray()}, {"allow_mmap", Value::boolean(allow_mmap)}};
    return wrapper("NDArrayWrapper", attributes, module_name);
  }

  // An array as joblib of today keeps it.
  Value today(Array array) { return document_.array(std::move(array)); }

  Value dtype(std::string_view code) {
    const std::array arguments = {text(code), Value::boolean(false), Value::boolean(true)};
    const Value object =
        document_.object(ObjectForm::reduce, document_.global("numpy", "dtype"), document_.tuple(arguments));
    const bool is_object = code == "O8";
    document_.set_state(
        object, tuple({Value::integer(3), text(is_object ? "|" : "<"), Value::none(), Value::none(), Value::none(),
                       Value::integer(-1), Value::integer(-1), Value::integer(is_object ? 63 : 0)}));
    return object;
  }

  // An array in the ZF file `filename`.
  Value raw(std::string_view filename, Value state) {
    const Value maker = tuple({ndarray(), tuple({Value::integer(0)}), text("b")});
    return wrapper("ZNDArrayWrapper", {{"filename", text(filename)}, {"init_args", maker}, {"state", state}});
  }

  // (1, shape, dtype, is_fortran)
  Value state(std::vector<std::int64_t> shape, std::string_view code = "f8", Value is_fortran = Value::boolean(false)) {
    std::vector<Value> sizes;
    for (const std::int64_t size : shape) sizes.push_back(Value::integer(size));
    return tuple({Value::integer(1), tuple(sizes), dtype(code), is_fortran});
  }

 private:
  Document document_;
};

std::string zfile(std::string_view content) {
  std::array<char, 19> length;
  length.fill(' ');
  length[0] = '0';
  length[1] = 'x';
  std::to_chars(length.data() + 2, length.data() + length.size(), content.size(), 16);
  const Region deflated = CodecRegistry::global().get("zlib").compress(as_bytes(content));
  return "ZF" + std::string(length.begin(), length.end()) + std::string(as_text(deflated.bytes()));
}

std::string doubles(std::size_t count) {
  const Array array = counting<double>({count});
  return std::string(as_text(array.bytes()));
}

LoadOptions silent(MapMode mode = MapMode::none) {
  LoadOptions options;
  options.mmap_mode = mode;
  options.warn = [](std::string_view) {};
  return options;
}

// main.pkl: a list of an array in main.pkl_01.npy, and one that may not be mapped in main.pkl_02.npy.
struct OldFile {
  OldFile() {
    OldPickle old;
    put(path, dumped(old.list({old.npy("main.pkl_01.npy"), old.npy("main.pkl_02.npy", false)})));
    dump(wanted, folder / "main.pkl_01.npy", quick());
    dump(wanted, folder / "main.pkl_02.npy", quick());
  }

  TemporaryDirectory folder;
  Path path = folder / "main.pkl";
  Array wanted = counting<double>({100, 3}, Order::fortran);
};

TEST_CASE("arrays of companions take the place of what stands for them") {
  const OldFile old;
  Provenance provenance;
  const Document document = load(old.path, {}, &provenance);
  CHECK(provenance.format == "joblib");
  CHECK(provenance.codec.empty());
  CHECK(provenance.decoded_bytes == std::filesystem::file_size(old.path));
  for (const std::size_t i : {0u, 1u}) {
    CHECK(document.root()[i].as_array().identical(old.wanted));
    CHECK_FALSE(document.root()[i].as_array().mapped());
  }
}

TEST_CASE("one array of a companion is loaded without the others") {
  const OldFile old;
  CHECK(load_array(old.path, "[1]").identical(old.wanted));
  std::filesystem::remove(old.folder / "main.pkl_02.npy");
  CHECK_ERROR(load_array(old.path, "[0]"), not_found);
}

TEST_CASE("arrays of companions are mapped where the load maps and joblib allowed it") {
  for (const MapMode mode : {MapMode::read, MapMode::read_write, MapMode::create, MapMode::copy_on_write}) {
    const OldFile old;
    INFO(static_cast<int>(mode));
    std::vector<std::string> lines;
    const Document document = load(old.path, warning_into(lines, mode));
    CHECK(lines.empty());
    Array first = document.root()[0].as_array();
    std::filesystem::remove(old.folder / "main.pkl_02.npy");
    CHECK(first.mapped());
    CHECK(first.identical(old.wanted));
    CHECK(first.writable() == (mode != MapMode::read));
    CHECK_FALSE(document.root()[1].as_array().mapped());
    CHECK(document.root()[1].as_array().identical(old.wanted));
    if (mode == MapMode::read) continue;
    first.mutable_data<double>()[7] = -1;
    const bool reaches = load(old.folder / "main.pkl_01.npy").root().as_array().at<double>({7, 0}) == -1;
    CHECK(reaches == (mode != MapMode::copy_on_write));
  }
}

TEST_CASE("what was read is written as one file of today") {
  const OldFile old;
  const Document document = load(old.path);
  const TemporaryDirectory other;
  dump(document.root(), other / "new.joblib", quick());
  const Document again = load(other / "new.joblib");
  CHECK(equal(again.root(), document.root()));
  Document copied;
  CHECK(dumped(copied.copy(document.root())) == content(other / "new.joblib"));
}

TEST_CASE("copies of joblib in other packages are known, other modules are not asked") {
  const OldFile old;
  OldPickle made;
  for (const std::string module_name :
       {"joblib.numpy_pickle", "joblib.numpy_pickle_compat", "sklearn.externals.joblib.numpy_pickle",
        "sklearn.externals.joblib.numpy_pickle_compat"}) {
    put(old.folder / "a", dumped(made.npy("main.pkl_01.npy", true, module_name)));
    CHECK(load(old.folder / "a").root().as_array().identical(old.wanted));
  }
  for (const std::string module_name : {"numpy_pickle", "joblib", "joblib.numpy_pickle_utils", "evil"}) {
    put(old.folder / "a", dumped(made.npy("../absent", true, module_name)));
    CHECK(load(old.folder / "a").root().is(ValueKind::object));
  }
}

TEST_CASE("protocol 0 spells the object that stands for an array otherwise") {
  const OldFile old;
  put(old.folder / "a",
      "ccopy_reg\n_reconstructor\n(cjoblib.numpy_pickle\nNDArrayWrapper\nc__builtin__\nobject\nNtR"
      "(dVfilename\nVmain.pkl_01.npy\nsVsubclass\ncnumpy\nndarray\nsb.");
  CHECK(load(old.folder / "a").root().as_array().identical(old.wanted));
}

TEST_CASE("a companion needs a place to look for it") {
  const OldFile old;
  const std::string bytes = content(old.path);
  CHECK_ERROR(loads(as_bytes(bytes)), unsupported);
  CHECK_ERROR(load(*open_file(old.path)), unsupported);
  LoadOptions options;
  options.companions_of = old.path;
  CHECK(loads(as_bytes(bytes), options).root()[0].as_array().identical(old.wanted));
}

TEST_CASE("a missing companion is not_found, and both files are named") {
  const OldFile old;
  std::filesystem::remove(old.folder / "main.pkl_02.npy");
  try {
    static_cast<void>(load(old.path));
    FAIL("it is not there");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::not_found);
    CHECK(std::string(error.what()).find(old.path.string()) != std::string::npos);
    CHECK(std::string(error.what()).find("main.pkl_02.npy") != std::string::npos);
  }
}

TEST_CASE("names that lead elsewhere are refused, whatever the object") {
  const OldFile old;
  REQUIRE(::mkfifo((old.folder / "fifo").c_str(), 0600) == 0);
  std::filesystem::create_symlink("main.pkl_01.npy", old.folder / "link");
  std::filesystem::create_directory(old.folder / "directory");
  OldPickle made;
  for (const std::string& name :
       {std::string("../main.pkl_01.npy"), (old.folder / "main.pkl_01.npy").string(), std::string("/dev/zero"),
        std::string(), std::string("."), std::string(".."), std::string("a\0b", 3), std::string("fifo"),
        std::string("link"), std::string("directory"), std::string("a")}) {
    INFO(name);
    put(old.folder / "a", dumped(made.npy(name)));
    CHECK_ERROR(load(old.folder / "a"), unsafe_reference);
    CHECK_ERROR(load(old.folder / "a", silent(MapMode::read)), unsafe_reference);
    put(old.folder / "a", dumped(made.raw(name, made.state({3}))));
    CHECK_ERROR(load(old.folder / "a"), unsafe_reference);
  }
}

TEST_CASE("an object that is no proper stand-in is malformed") {
  const OldFile old;
  OldPickle made;
  using Entries = OldPickle::Entries;
  const Value name = made.text("main.pkl_01.npy");
  const std::vector<Entries> states = {
      {},
      {{"filename", Value::integer(3)}, {"subclass", made.ndarray()}},
      {{"filename", Value::none()}, {"subclass", made.ndarray()}},
      {{"subclass", made.ndarray()}},
      {{"filename", name}},
      {{"filename", name}, {"subclass", made.ndarray()}, {"allow_mmap", made.text("yes")}},
  };
  for (const Entries& state : states) {
    put(old.folder / "a", dumped(made.wrapper("NDArrayWrapper", state)));
    CHECK_ERROR(load(old.folder / "a", silent(MapMode::read)), malformed);
  }
  put(old.folder / "a",
      "\x80\x02"
      "cjoblib.numpy_pickle\nNDArrayWrapper\n)\x81Nb.");
  CHECK_ERROR(load(old.folder / "a"), malformed);
}

TEST_CASE("a companion that is no .npy, or damaged, is an error that names it") {
  const OldFile old;
  const Path companion = old.folder / "main.pkl_02.npy";
  const std::string whole = content(companion);
  const auto error_of = [&](std::string_view bytes) {
    put(companion, bytes);
    try {
      static_cast<void>(load(old.path));
    } catch (const Error& error) {
      CHECK(std::string(error.what()).find("main.pkl_02.npy") != std::string::npos);
      return std::string(name_of(error.kind()));
    }
    return std::string("none");
  };
  CHECK(error_of("") == "truncated");
  CHECK(error_of(whole.substr(0, whole.size() - 1)) == "truncated");
  CHECK(error_of(whole.substr(0, 50)) == "truncated");
  CHECK(error_of("no array, but some other file") == "malformed");
  CHECK(error_of(content(old.path)) == "malformed");
  CHECK(error_of(whole + "trailing bytes") == "none");
}

// A .npy file of one Python object, whose elements are `pickle`.
std::string object_npy(const std::string& pickle) {
  std::string header = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }";
  header.resize(117, ' ');
  return std::string("\x93NUMPY\x01\x00\x76\x00", 10) + header + "\n" + pickle;
}

TEST_CASE("an array of Python objects is the pickle of its companion, which opens no companions") {
  const OldFile old;
  OldPickle made;
  put(old.folder / "objects.npy", object_npy(dumped(made.npy("../elsewhere"))));
  put(old.folder / "a", dumped(made.npy("objects.npy")));
  const Document document = load(old.folder / "a");
  CHECK(document.root().is(ValueKind::object));
  std::vector<std::string> lines;
  CHECK(load(old.folder / "a", warning_into(lines, MapMode::read)).root().is(ValueKind::object));
  CHECK(lines.size() == 1);
}

// Notes what it is told, in order.
class Notes final : public LoadObserver {
 public:
  void on_import(Value global, std::uint64_t) override { told.emplace_back(global.qualified_name()); }
  void on_call(ObjectForm, Value, Value, Value, std::uint64_t) override { told.emplace_back("call"); }
  void on_state(Value, Value, std::uint64_t) override { told.emplace_back("state"); }
  void on_persistent_id(Value, std::uint64_t) override { told.emplace_back("id"); }
  void on_nested_stream(bool begins, std::uint64_t) override { told.emplace_back(begins ? "begin" : "end"); }

  std::vector<std::string> told;
};

TEST_CASE("an observer hears what the pickle of a companion does") {
  OldPickle made;
  const std::string main = dumped(made.npy("objects.npy"));
  const std::string companion = object_npy("cos\nsystem\n(V:\ntR.");
  const auto reader = memory_reader(as_bytes(main));
  const Limits limits;
  Notes notes;
  const ReadSource source{.reader = *reader,
                          .limits = limits,
                          .native_byte_order = true,
                          .mapped_file = nullptr,
                          .warn = [](std::string_view) {},
                          .open_sibling = [&](std::string_view) { return memory_reader(as_bytes(companion)); },
                          .observer = &notes};
  Document document;
  find_format("joblib")->read(source, document);
  CHECK(document.root().callable().qualified_name() == "system");
  CHECK(notes.told ==
        std::vector<std::string>{"NDArrayWrapper", "call", "ndarray", "state", "begin", "system", "call", "end"});
}

TEST_CASE("a compressed file and its companion of raw bytes") {
  const TemporaryDirectory folder;
  OldPickle made;
  const Value arrays = made.list({made.raw("a_01.npy.z", made.state({3, 4})),
                                  made.raw("a_02.npy.z", made.state({3, 4}, "f8", Value::integer(1)))});
  put(folder / "a", zfile(dumped(arrays)));
  put(folder / "a_01.npy.z", zfile(doubles(12)));
  put(folder / "a_02.npy.z", zfile(doubles(12)));
  Provenance provenance;
  std::vector<std::string> lines;
  const Document document = load(folder / "a", warning_into(lines, MapMode::read), &provenance);
  CHECK(lines.size() == 1);  // compressed files are not mapped
  CHECK(provenance.codec == "zfile");
  CHECK(provenance.decoded_bytes == dumped(arrays).size());
  CHECK(document.root()[0].as_array().identical(counting<double>({3, 4})));
  CHECK(document.root()[1].as_array().identical(counting<double>({3, 4}, Order::fortran)));
  CHECK(equal(loads(as_bytes(dumped(document.root()))).root(), document.root()));
}

TEST_CASE("raw bytes that are not the array's are typed errors") {
  const TemporaryDirectory folder;
  OldPickle made;
  put(folder / "a.npy.z", zfile(doubles(12)));
  const auto check = [&](Value state) {
    put(folder / "a", dumped(made.raw("a.npy.z", state)));
    return load(folder / "a", silent());
  };
  CHECK(check(made.state({12})).root().as_array().size() == 12);
  CHECK_ERROR(check(made.state({11})), malformed);
  CHECK_ERROR(check(made.state({})), malformed);
  CHECK_ERROR(check(made.state({0})), malformed);
  CHECK_ERROR(check(made.state({13})), truncated);
  CHECK_ERROR(check(made.state({-12})), malformed);
  CHECK_ERROR(check(made.state({std::int64_t{1} << 40})), truncated);
  CHECK_ERROR(check(made.state({std::int64_t{1} << 62, 8})), limit);
  CHECK_ERROR(check(made.state({12}, "O8")), malformed);
  CHECK_ERROR(check(made.state({12}, "f8", made.text("F"))), malformed);
  CHECK_ERROR(check(made.tuple({})), malformed);
  CHECK_ERROR(check(Value::none()), malformed);
  CHECK_ERROR(check(made.tuple({Value::integer(1), made.text("3"), made.dtype("f8"), Value::boolean(false)})),
              malformed);
  for (const std::string& bytes : {doubles(12), std::string("ZF0x"), zfile(doubles(12)).substr(0, 30), std::string()}) {
    put(folder / "a.npy.z", bytes);
    put(folder / "a", dumped(made.raw("a.npy.z", made.state({12}))));
    CHECK_THROWS_AS(load(folder / "a"), Error);
  }
}

TEST_CASE("all arrays of an old file share one limit") {
  const TemporaryDirectory folder;
  OldPickle made;
  const std::size_t bytes = 80'000;
  dump(counting<double>({bytes / 8}), folder / "a.npy", quick());
  put(folder / "a.npy.z", zfile(doubles(bytes / 8)));
  LoadOptions options;
  options.limits.bytes = 2 * bytes + 1000;
  const auto check = [&](std::vector<Value> members) {
    put(folder / "a", dumped(made.list(std::move(members))));
    return load(folder / "a", options);
  };
  const Value npy = made.npy("a.npy");
  const Value npy_again = made.npy("a.npy");
  const Value npy_once_more = made.npy("a.npy");
  const Value raw = made.raw("a.npy.z", made.state({bytes / 8}));
  const Value today = made.today(counting<double>({bytes / 8}));
  CHECK(check({npy, raw}).root().size() == 2);
  CHECK(check({npy, today}).root().size() == 2);
  CHECK_ERROR(check({npy, raw, today}), limit);
  CHECK_ERROR(check({today, npy, raw}), limit);
  CHECK_ERROR(check({npy, raw, npy_again}), limit);
  CHECK_ERROR(check({npy, npy_again, raw}), limit);
  options.mmap_mode = MapMode::read;
  CHECK(check({npy, npy_again, npy_once_more, raw}).root().size() == 4);
}

}  // namespace
}  // namespace larder::testing
