// A dump is seen whole or not at all.
#include "samples.h"

#include "tests/support/errors.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

std::size_t entries(const TemporaryDirectory& directory) {
  const std::filesystem::directory_iterator all(directory.path());
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST_CASE("a dump that fails leaves the old file") {
  const TemporaryDirectory directory;
  const Path path = directory / "a.npy";
  dump(counting<double>({10}), path, quick());
  const std::string before = content(path);
  CHECK_ERROR(dump(Value::integer(1), path, quick()), unsupported);
  CHECK_ERROR(dump(Value::integer(1), path, quick("zlib")), unsupported);
  // Fails after much was written: protocol 3 cannot hold what stands at the end.
  Document document;
  const Value object = document.global("module", "a\nname");
  const Value members[] = {document.array(counting<double>({100'000})), object};
  DumpOptions options = quick({}, "joblib");
  options.protocol = 3;
  CHECK_ERROR(dump(document.list(members), path, options), unsupported);
  CHECK(content(path) == before);
  CHECK(entries(directory) == 1);
}

TEST_CASE("what a writer throws reaches the caller") {
  for (const char* const codec : {"raw", "zlib"}) {
    std::size_t left = 100;
    const auto writer = callback_writer([&](Bytes bytes) {
      if (bytes.size() > left) throw std::runtime_error("the disk is full");
      left -= bytes.size();
    });
    CHECK_THROWS_WITH(dump(mixed().root(), *writer, quick(codec)), "the disk is full");
  }
}

TEST_CASE("M2: what was mapped from a file can be dumped to the same path") {
  const TemporaryDirectory directory;
  const Path path = directory / "a.joblib";
  dump(mixed().root(), path, quick());
  for (const MapMode mode : {MapMode::read, MapMode::read_write, MapMode::copy_on_write}) {
    LoadOptions options;
    options.mmap_mode = mode;
    const Document document = load(path, options);
    const std::string before = content(path);
    dump(document.root(), path, quick());
    CHECK(content(path) == before);
    CHECK(equal(document.root(), mixed().root()));
    CHECK(equal(load(path).root(), mixed().root()));
  }
}

TEST_CASE("M2: a mapped array whose file was cut is an error when it is dumped") {
  const TemporaryDirectory directory;
  const Path path = directory / "a.npy";
  dump(counting<double>({100'000}), path, quick());
  LoadOptions options;
  options.mmap_mode = MapMode::read;
  const Document document = load(path, options);
  std::filesystem::resize_file(path, 4096);
  CHECK_ERROR(dump(document.root(), directory / "b.npy", quick()), io);
  CHECK_FALSE(std::filesystem::exists(directory / "b.npy"));
}

TEST_CASE("a file whose mapping needs rights that are missing") {
  const TemporaryDirectory directory;
  LoadOptions options;
  options.mmap_mode = MapMode::read_write;
  CHECK_ERROR(load(directory / "absent", options), not_found);
}

}  // namespace
}  // namespace larder::testing
