// One array of a large object on S3: what the server had to send for it.
#include <catch2/catch.hpp>

#include <larder/larder.h>
#include <larder/plugin/format.h>

#include "base/text.h"
#include "io/zero_pages.h"
#include "tests/store/s3/fake_store.h"
#include "tests/support/errors.h"
#include "tests/support/sparse_object.h"
#include "tests/support/temporary.h"

namespace larder::testing {
namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20;

DumpOptions in_format(const char* format) {
  DumpOptions options;
  options.format = format;
  return options;
}

// A dict of arrays "a0", "a1"... of 10 MiB each, of which no byte is in memory.
std::shared_ptr<SparseObject> large_object(int count, const char* format) {
  internal::ZeroPages zeros;
  Document document;
  const Value root = document.dict();
  for (int i = 0; i < count; ++i) {
    const Array array = Array::from_region(DType::of<std::uint64_t>(), {10 * mib / 8}, Order::c, zeros.take(10 * mib));
    document.insert(root, document.str(internal::join('a', i)), document.array(array));
  }
  auto object = std::make_shared<SparseObject>();
  static_cast<void>(dump(root, *object, in_format(format)));
  return object;
}

std::uint64_t put(FakeS3& server, const std::string& key, std::shared_ptr<SparseObject> object) {
  server.add(key, object->size(), [object](std::uint64_t offset, MutableBytes out) { object->read(offset, out); });
  return object->size();
}

TEST_CASE("of an object of 10 GB on S3 one array of 10 MB moves less than 12 MB") {
  std::vector<std::string> sorted;  // as safetensors has them
  for (int i = 0; i < 1000; ++i) sorted.push_back(internal::join('a', i));
  std::ranges::sort(sorted);
  for (const std::string format : {"joblib", "npz", "safetensors"}) {
    INFO(format);
    FakeStore fake;
    REQUIRE(put(*fake.server, "model", large_object(1000, format.c_str())) > 10'000 * mib);
    for (const int wanted : {0, 1, 500, 999}) {
      const std::string name = internal::join('a', wanted);
      const std::uint64_t before = fake.server->bytes_out;
      const Array array = load_array(*fake.store, "model", name);
      CHECK(fake.server->bytes_out - before < 12'000'000);
      const auto words = array.data<std::uint64_t>();
      REQUIRE(words.size() == 10 * mib / 8);
      CHECK(words[1] - words[0] == word_factor);
      const auto place = format == "safetensors" ? std::ranges::find(sorted, name) - sorted.begin() : wanted;
      CHECK(offset_of(words[0]) / (10 * mib) == static_cast<std::uint64_t>(place));
    }
  }
}

TEST_CASE("arrays by name, in whatever holds them uncompressed, are read alone") {
  for (const char* const format : {"joblib", "npz", "torch", "safetensors"}) {
    INFO(format);
    FakeStore fake;
    Document document;
    const Value root = document.dict();
    std::vector<Array> arrays;
    for (int i = 0; i < 30; ++i) {
      Array array = Array::allocate(DType::of<std::uint32_t>(), {mib / 4});
      fill_by_offset(static_cast<std::uint64_t>(i) * mib, array.mutable_bytes());
      arrays.push_back(array);
      document.insert(root, document.str(internal::join('a', i)), document.array(std::move(array)));
    }
    MemoryWriter writer;
    static_cast<void>(dump(root, writer, in_format(format)));
    fake.server->put("m", std::string(as_text(writer.bytes())));
    for (const std::size_t wanted : {0U, 17U, 29U}) {
      const std::uint64_t before = fake.server->bytes_out;
      CHECK(load_array(*fake.store, "m", internal::join('a', wanted)).identical(arrays[wanted]));
      CHECK(fake.server->bytes_out - before < mib + 300'000);
    }
  }
}

TEST_CASE("the array of a .npy on S3 is read once") {
  FakeStore fake;
  Array array = Array::allocate(DType::of<double>(), {5 * mib / 8});
  fill_by_offset(0, array.mutable_bytes());
  MemoryWriter writer;
  Document document;
  static_cast<void>(dump(document.array(array), writer, in_format("npy")));
  fake.server->put("a.npy", std::string(as_text(writer.bytes())));
  const std::uint64_t before = fake.server->bytes_out;
  CHECK(load_array(*fake.store, "a.npy", "").identical(array));
  CHECK(fake.server->bytes_out - before <= array.nbytes() + 1000);
}

TEST_CASE("an object that is replaced while an array is read is a conflict") {
  const auto object = large_object(10, "joblib");
  int requests_left = 0;
  FakeS3* server = nullptr;
  FakeStore fake({}, {}, [&](const internal::s3::Wire& wire, internal::s3::Transport&) {
    if (server != nullptr && wire.method == "GET" && requests_left-- == 0) server->put("m", "another value");
    return std::nullopt;
  });
  for (const int after : {1, 2, 5}) {
    put(*fake.server, "m", object);
    server = fake.server.get();
    requests_left = after;
    CHECK_ERROR(load_array(*fake.store, "m", "a3"), conflict);
    server = nullptr;
  }
}

TEST_CASE("mmap_mode on S3 says that it loads, and maps behind a cache") {
  FakeStore fake;
  Array array = Array::allocate(DType::of<double>(), {10'000});
  fill_by_offset(0, array.mutable_bytes());
  dump(array, *fake.store, "a.npy");
  std::vector<std::string> lines;
  LoadOptions options;
  options.mmap_mode = MapMode::read;
  options.warn = [&lines](std::string_view line) { lines.emplace_back(line); };
  const Document loaded = load(*fake.store, "a.npy", options);
  CHECK_FALSE(loaded.root().as_array().mapped());
  CHECK(loaded.root().as_array().identical(array));
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("a.npy cannot be mapped: mmap_mode is ignored, and it is loaded into memory") !=
        std::string::npos);
  lines.clear();

  const TemporaryDirectory directory;
  const auto cached = cached_store(std::move(fake.store), directory / "cache");
  for (int i = 0; i < 2; ++i) {
    const std::uint64_t before = fake.server->bytes_out;
    const Document mapped = load(*cached, "a.npy", options);
    CHECK(mapped.root().as_array().mapped());
    CHECK(mapped.root().as_array().identical(array));
    CHECK((fake.server->bytes_out == before) == (i == 1));
  }
  CHECK(lines.empty());
}

TEST_CASE("one array of what a cache does not hold is read alone, and of what it holds is near") {
  FakeStore fake;
  put(*fake.server, "m", large_object(20, "joblib"));
  const TemporaryDirectory directory;
  const auto cached = cached_store(std::move(fake.store), directory / "cache");
  const std::uint64_t before = fake.server->bytes_out;
  const Array far = load_array(*cached, "m", "a7");
  CHECK(fake.server->bytes_out - before < 12'000'000);
  static_cast<void>(cached->read("m"));
  const std::uint64_t whole = fake.server->bytes_out;
  CHECK(load_array(*cached, "m", "a7").identical(far));
  CHECK(fake.server->bytes_out == whole);
}

}  // namespace
}  // namespace larder::testing
