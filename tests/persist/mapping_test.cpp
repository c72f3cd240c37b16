// mmap_mode: what is mapped, what is loaded instead and what is said about it.
#include "samples.h"

#include <unistd.h>

#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

Array mapped_array(const Path& path, MapMode mode) {
  std::vector<std::string> lines;
  const Document document = load(path, warning_into(lines, mode));
  CHECK(lines.empty());
  const Value root = document.root();
  return root.is(ValueKind::array) ? root.as_array() : root.find("x")->as_array();
}

// The same array in a .npy and in a joblib file, behind more than a page of other data in the latter.
std::vector<Path> files(const TemporaryDirectory& directory, const Array& array) {
  dump(array, directory / "a.npy", quick());
  Document document;
  const Value root = document.dict();
  document.insert(root, document.str("text"), document.str(std::string(5001, 't')));
  document.insert(root, document.str("x"), document.array(array));
  dump(root, directory / "a.joblib", quick());
  return {directory / "a.npy", directory / "a.joblib"};
}

TEST_CASE("arrays are mapped, aligned, in either order, and outlive everything") {
  for (const Order order : {Order::c, Order::fortran}) {
    const TemporaryDirectory directory;
    const Array wanted = counting<double>({300, 5}, order);
    for (const Path& path : files(directory, wanted)) {
      INFO(path);
      const Array array = mapped_array(path, MapMode::read);
      std::filesystem::remove(path);
      CHECK(array.mapped());
      CHECK_FALSE(array.writable());
      CHECK(array.identical(wanted));
      CHECK(array.is_contiguous(order));
      CHECK(reinterpret_cast<std::uintptr_t>(array.origin()) % 16 == 0);
    }
  }
}

TEST_CASE("what is written through a mapping reaches the file, or does not") {
  struct Case {
    MapMode mode;
    bool reaches;
  };
  for (const auto& [mode, reaches] :
       {Case{MapMode::read_write, true}, Case{MapMode::create, true}, Case{MapMode::copy_on_write, false}}) {
    const TemporaryDirectory directory;
    for (const Path& path : files(directory, counting<std::int64_t>({1000}))) {
      INFO(path << " mode " << static_cast<int>(mode));
      Array array = mapped_array(path, mode);
      CHECK(array.writable());
      CHECK(array.at<std::int64_t>({999}) == 999);
      array.mutable_data<std::int64_t>()[500] = -1;
      CHECK(mapped_array(path, MapMode::read).at<std::int64_t>({500}) == (reaches ? -1 : 500));
    }
  }
}

TEST_CASE("a file of many arrays maps each of them") {
  const TemporaryDirectory directory;
  Document document;
  const Value list = document.list();
  for (std::uint64_t size = 0; size < 200; ++size)
    document.append(list, document.array(counting<std::uint8_t>({size})));
  dump(list, directory / "many", quick());
  std::vector<std::string> lines;
  const Document loaded = load(directory / "many", warning_into(lines, MapMode::read));
  for (std::size_t size = 0; size < 200; ++size) {
    const Array& array = loaded.root()[size].as_array();
    CHECK(array.identical(list[size].as_array()));
    if (size == 0) continue;
    CHECK(array.mapped());
    CHECK(reinterpret_cast<std::uintptr_t>(array.origin()) % 16 == 0);
  }
}

TEST_CASE("what cannot be mapped is loaded, and joblib's words say so") {
  const TemporaryDirectory directory;
  const Document document = mixed();
  const std::string plain = dumped(document.root());
  std::vector<std::string> lines;
  const auto check = [&](const Document& loaded, const std::string& warning) {
    CHECK(equal(loaded.root(), document.root()));
    CHECK_FALSE(loaded.root().find("x")->as_array().mapped());
    CHECK(lines == std::vector<std::string>{warning});
    lines.clear();
  };
  const Path path = directory / "a.joblib.gz";
  dump(document.root(), path, quick());
  check(load(path, warning_into(lines, MapMode::read)),
        "mmap_mode \"r\" is not compatible with compressed file " + path.string() + ". \"r\" flag will be ignored.");
  check(load(*memory_reader(Region::copy_of(as_bytes(plain))), warning_into(lines, MapMode::copy_on_write)),
        "In memory persistence is not compatible with mmap_mode \"c\" flag passed. mmap_mode option will be ignored.");
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  REQUIRE(::write(ends[1], plain.data(), plain.size()) == static_cast<ssize_t>(plain.size()));
  ::close(ends[1]);
  check(load(*fd_reader(ends[0], "pipe"), warning_into(lines, MapMode::read_write)),
        "\"pipe\" is not a raw file, mmap_mode \"r+\" flag will be ignored.");
  ::close(ends[0]);
}

TEST_CASE("a mapping of a file that ends too early is truncated") {
  const TemporaryDirectory directory;
  for (const Path& path : files(directory, counting<double>({1000}))) {
    std::filesystem::resize_file(path, std::filesystem::file_size(path) - 100);
    for (const MapMode mode : {MapMode::read, MapMode::read_write, MapMode::copy_on_write}) {
      LoadOptions options;
      options.mmap_mode = mode;
      CHECK_ERROR(load(path, options), truncated);
    }
  }
}

TEST_CASE("a file larger than 4 GiB is mapped without being read") {
  const TemporaryDirectory directory;
  const Path path = directory / "huge.npy";
  const std::uint64_t count = (std::uint64_t{5} << 30) / 8;
  {
    Array array = create_npy(path, DType::of<double>(), {2, count / 2});
    array.mutable_data<double>()[count - 1] = 7;
  }
  LoadOptions options;
  options.mmap_mode = MapMode::read;
  options.limits.bytes = 1 << 20;  // mapped arrays do not count
  const Document document = load(path, options);
  CHECK(document.root().as_array().at<double>({1, count / 2 - 1}) == 7);
  CHECK(document.root().as_array().at<double>({0, 12345}) == 0);
}

TEST_CASE("create_npy makes a zeroed, mapped file that replaces an old one") {
  const TemporaryDirectory directory;
  const Path path = directory / "a.npy";
  dump(counting<double>({10}), path, quick());
  const Array old = mapped_array(path, MapMode::read);
  Array made = create_npy(path, DType::of<float>(), {3, 4}, Order::fortran);
  CHECK(made.mapped());
  CHECK(made.writable());
  CHECK(made.is_contiguous(Order::fortran));
  for (const float element : made.data<float>()) CHECK(element == 0);
  made.mutable_data<float>()[5] = 2.5f;
  CHECK(old.at<double>({9}) == 9);
  CHECK(load(path).root().as_array().identical(made));
  CHECK_ERROR(create_npy(path, DType::of(DTypeKind::object, 8), {3}), usage);
  CHECK_ERROR(create_npy(path, DType::of<double>(), {std::uint64_t{1} << 62}), limit);
  CHECK(load(path).root().as_array().identical(made));
}

TEST_CASE("create_npy of no elements") {
  const TemporaryDirectory directory;
  create_npy(directory / "a.npy", DType::of<double>(), {0, 3});
  CHECK(load(directory / "a.npy").root().as_array().shape() == Shape{0, 3});
}

}  // namespace
}  // namespace larder::testing
